/*
 * What tests look for within a page. They run in the browser, so they are given as text: the types of a browser are no
 * business of the rest.
 */

/** Names of fields without a label. */
export const NAMELESS_FIELDS = `[...document.querySelectorAll('textarea, select')]
  .filter(({ labels }) => labels.length === 0)
  .map(({ name }) => name)`;

/** Text whose contrast is below 4.5 (WCAG 2.2, 1.4.3). */
export const PALE_TEXT = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [r = 0, g = 0, b = 0] = channels(colour)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (node) => {
    if (node === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(node);
    return (channels(backgroundColor)[3] ?? 1) === 0 ? backgroundOf(node.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll('body *')]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''))
    .filter((node) => node.closest('svg, .unseen, .skip') === null)
    .flatMap((node) => {
      const [a, b] = [luminance(getComputedStyle(node).color), luminance(backgroundOf(node))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return contrast >= 4.5 ? [] : [node.tagName + ' ' + node.className + ' ' + contrast.toFixed(2)];
    });
})()`;
