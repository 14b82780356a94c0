/** Starts what a page has on it. */
