/** Sends the form that leads back to the platform, as providers do; without it one clicks. */

document.querySelector("form[data-send]")?.requestSubmit();
