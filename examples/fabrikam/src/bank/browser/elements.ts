/**
 * The element of the page with this id.
 *
 * @throws Error when there is none of this kind: page and script do not belong together
 */
export const element = <T extends HTMLElement>(id: string, kind: abstract new () => T): T => {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`);
  return found;
};

/** Makes copies of the only child of a template. */
export const template = (id: string): (() => HTMLElement) => {
  const { content } = element(id, HTMLTemplateElement);
  return () => {
    const copy = document.importNode(content, true).firstElementChild;
    if (!(copy instanceof HTMLElement)) throw new Error(`The template #${id} is empty.`);
    return copy;
  };
};
