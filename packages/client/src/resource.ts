import { StepUpError } from './error.ts';

/** The place to which the tokens of one audience may be sent, and no other. */
export interface Resource {
  /** The URL a call addresses, resolved against the base; throws {@link StepUpError} `outside_resource`. */
  locate(url: string): URL;
}

/** Whether a URL keeps what is sent to it from the network: https, or http on the machine itself. */
export function isConfidential(url: URL): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

/**
 * The resource at a base URL: everything on the same origin whose path lies beneath the base's.
 *
 * @throws {TypeError} when the base is not an https URL (http is allowed on the loopback interface)
 */
export function resourceAt(base: string): Resource {
  const root = new URL(base.endsWith('/') ? base : `${base}/`);
  if (!isConfidential(root) || root.search !== '' || root.hash !== '') {
    throw new TypeError('The resource must be an https URL without query and fragment');
  }
  return {
    locate(url) {
      const target = new URL(url, root);
      // Compared after URL parsing, when every "..", "%2e" and backslash has been resolved.
      const beneath = target.pathname.startsWith(root.pathname) || `${target.pathname}/` === root.pathname;
      if (target.origin !== root.origin || !beneath || target.username !== '' || target.password !== '') {
        throw new StepUpError('outside_resource', `Tokens for ${root.href} are not sent to ${target.origin}`);
      }
      return target;
    },
  };
}
