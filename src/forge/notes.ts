/** What is said where a pull request could not be brought up to date. */
export const NO_ROOM =
  'What people wrote into the pull request leaves no room for the report; it stays as it is.';
