import { Problem } from '../problem.js';

const LARGEST_ID = 9_007_199_254_740_991n;

export function readId(text) {
  if (!/^[1-9]\d{0,15}$/.test(text) || BigInt(text) > LARGEST_ID) {
    throw new Problem(404, 'Not found', 'There is no such note.');
  }
  return text;
}

export function readPage({ limit = '20', before }) {
  const size = Number(limit);
  if (typeof limit !== 'string' || !/^\d{1,3}$/.test(limit) || size < 1 || size > 100) {
    throw new Problem(400, 'Invalid request', 'limit is a whole number from 1 to 100.');
  }
  if (before !== undefined && (typeof before !== 'string' || !/^[1-9]\d{0,15}$/.test(before))) {
    throw new Problem(400, 'Invalid request', 'before is the id of a note.');
  }
  return { limit: size, before: before ?? null };
}

export function readNote(body) {
  const { title, body: text = '', tags = [], ...rest } = body ?? {};
  const faults = [];
  if (!isText(title, 1, 100)) faults.push('title has 1 to 100 characters');
  if (!isText(text, 0, 2000)) faults.push('body has at most 2000 characters');
  if (!Array.isArray(tags) || tags.length > 10 || !tags.every((tag) => isText(tag, 1, 40))) {
    faults.push('tags are at most 10 words of 1 to 40 characters');
  }
  const unknown = Object.keys(rest);
  if (unknown.length > 0) faults.push(`unknown: ${unknown.length} fields`);
  if (faults.length > 0) throw new Problem(400, 'Invalid request', `${faults.join('; ')}.`);
  return { title, body: text, tags: [...new Set(tags)] };
}

function isText(value, min, max) {
  return typeof value === 'string' && value.length >= min && value.length <= max && !value.includes('\0');
}
