/** The machine, not the work, stands in the way; nothing can be said about the work, and it is worth trying again. */
export class MachineTrouble extends Error {}
