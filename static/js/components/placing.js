/** Places of things that float beside others. */

const GAP = 4;

/**
 * Where a list goes that belongs to a button: below it, from its start on, else where there is room.
 *
 * @param {{left: number, right: number, top: number, bottom: number}} button
 * @param {{width: number, height: number}} list
 * @param {{width: number, height: number}} view
 * @param {boolean} isRightToLeft
 */
export function placeBeside(button, list, view, isRightToLeft) {
  const fitsBelow = button.bottom + GAP + list.height <= view.height;
  const fitsAbove = button.top - GAP - list.height >= 0;
  const top = fitsBelow || !fitsAbove ? button.bottom + GAP : button.top - GAP - list.height;
  const [onward, back] = [button.left, button.right - list.width];
  const wanted = isRightToLeft
    ? back >= GAP ? back : onward
    : onward + list.width + GAP <= view.width ? onward : back;
  return { top, left: Math.max(GAP, wanted) };
}
