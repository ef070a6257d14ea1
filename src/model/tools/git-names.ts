// Code points that HFS+ ignores in names, as git lists them: `.g\u200cit` is `.git` there.
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const GIT = /^(?:\.git|git~\d+)$/;

/**
 * Whether a part of a path is git's own folder on some file system: any letter case, trailing dots and spaces, a
 * short name or a stream of NTFS, code points HFS+ ignores.
 */
export function isGitName(part: string): boolean {
  const [name = ''] = part.normalize('NFKC').replace(IGNORED, '').toLowerCase().split(':');
  return GIT.test(name.trim().replace(/[. ]+$/, ''));
}
