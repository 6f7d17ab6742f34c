/** The modules of Node that an Action can require: everything else has to be bundled with it. */
export const BUILT_IN_NAMES = ['buffer', 'crypto', 'querystring', 'url', 'util'] as const;
