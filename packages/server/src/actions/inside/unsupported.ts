/** What Auth0 has and Stile has not: calling it is an error that says so. */

export const unsupported = (call: string, instead: string): never => {
  const error = new Error(`api.${call} does not exist here. ${instead}`);
  error.name = 'Unsupported';
  throw error;
};

/** An object of which nothing is there, whatever is called of it. */
export const buildUnsupported = (name: string, instead: string): object =>
  new Proxy(
    {},
    {
      get: (_, member) =>
        // These are asked for by whoever prints or awaits an object.
        typeof member === 'symbol' || member === 'then' || member === 'toJSON'
          ? undefined
          : () => unsupported(`${name}.${member}`, instead),
    },
  );

export const UNSUPPORTED = { unsupported, buildUnsupported };
