import { isRecord, listOf, recordOf, type JsonRecord } from '../../domain/contract/openapi-document';
import { html, type Html } from '../../html/html';
import { page, tableOf } from '../html';
import { fieldsOf, type FieldBudget } from './fields';
import { operationsOf, textOf, type MediaContent, type Operation } from './operations';
import { createSampler, examplesOf, type Sampler } from './samples';

interface Spec extends Sampler {
  readonly budget: FieldBudget;
}

/** Rows of fields on one page; operations after them are shown without theirs. */
const MOST_ROWS = 20_000;
const MOST_EXAMPLES = 5;
const LONGEST_EXAMPLE = 20_000;

/** What can be asked for, with what, and what comes back, for people. */
export function openApiReference(
  document: JsonRecord,
  about: { readonly name: string; readonly hash: string },
): string {
  const spec = { ...createSampler(document), budget: { left: MOST_ROWS } };
  const info = recordOf(document['info']);
  const operations = operationsOf(document);
  const title = textOf(info['title']) || about.name;
  return page(
    title,
    html`<header>
        <h1>${title}</h1>
        <p class="muted">
          Version ${textOf(info['version']) || 'not given'}, contract <code>${about.hash}</code>
        </p>
        <p>${textOf(info['description'])}</p>
        ${securityOf(spec)}
      </header>
      <nav>
        <ul>
          ${operations.map(
            (operation, index) =>
              html`<li>
                <a href="#operation-${index}"
                  ><span class="method">${operation.method}</span> <code>${operation.path}</code></a
                >
                <span class="muted">${operation.summary}</span>
              </li>`,
          )}
        </ul>
      </nav>
      ${operations.map((operation, index) => sectionOf(operation, index, spec))}`,
  );
}

function securityOf({ document, resolve }: Spec): Html | string {
  const schemes = Object.entries(recordOf(recordOf(document['components'])['securitySchemes'])).sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  return tableOf(
    ['Who asks', 'How'],
    schemes.map(([name, value]) => {
      const scheme = resolve(value);
      const how = [scheme['type'], scheme['scheme'], scheme['in'], scheme['name']].map(textOf);
      return [
        html`<code>${name}</code>`,
        `${how.filter((part) => part !== '').join(' ')} ${textOf(scheme['description'])}`,
      ];
    }),
  );
}

function sectionOf(operation: Operation, index: number, spec: Spec): Html {
  const { operation: raw, parameters, body, responses } = operation;
  return html`<section id="operation-${index}">
    <h2><span class="method">${operation.method}</span> <code>${operation.path}</code></h2>
    ${raw['deprecated'] === true ? html`<p class="gone">Deprecated.</p>` : ''}
    <p>${operation.summary}</p>
    <p>${textOf(raw['description'])}</p>
    <p class="muted">${callerOf(raw, spec.document)}</p>
    ${parameters.length === 0 ? '' : html`<h3>Parameters</h3>`}
    ${tableOf(
      ['Name', 'In', 'Type', 'What it is'],
      parameters.map((parameter) => {
        const [row] = fieldsOf(parameter['schema'] ?? {}, spec.resolve, spec.budget);
        return [
          html`<code>${textOf(parameter['name'])}</code
            >${parameter['required'] === true ? ' (required)' : ''}`,
          textOf(parameter['in']),
          row?.type ?? '',
          textOf(parameter['description']),
        ];
      }),
    )}
    ${
      body === null
        ? ''
        : html`<h3>Body${body.required ? ' (required)' : ''}</h3>
            ${body.content.map((content) => contentOf(content, 'request', spec))}`
    }
    ${responses.map(
      ({ status, response, content }) =>
        html`<h3>Answer ${status}</h3>
          <p>${textOf(response['description'])}</p>
          ${tableOf(
            ['Header', 'Type', 'What it is'],
            Object.entries(recordOf(response['headers'])).map(([name, value]) => {
              const header = spec.resolve(value);
              const [row] = fieldsOf(header['schema'] ?? {}, spec.resolve, spec.budget);
              return [html`<code>${name}</code>`, row?.type ?? '', textOf(header['description'])];
            }),
          )}
          ${content.map((one) => contentOf(one, 'response', spec))}`,
    )}
  </section>`;
}

function callerOf(operation: JsonRecord, document: JsonRecord): string {
  const names = listOf(operation['security'] ?? document['security'])
    .filter(isRecord)
    .map((requirement) => Object.keys(requirement).join(' and '));
  return names.length === 0 || names.includes('') ? '' : `Needs a caller: ${names.join(', or ')}.`;
}

function contentOf({ mediaType, media }: MediaContent, side: 'request' | 'response', spec: Spec): Html {
  const rows = media['schema'] === undefined ? [] : fieldsOf(media['schema'], spec.resolve, spec.budget);
  const examples = examplesOf(media, side, spec).slice(0, MOST_EXAMPLES);
  return html`<p class="muted"><code>${mediaType}</code></p>
    ${tableOf(
      ['Field', 'Type', 'What it is'],
      rows.map(({ pointer, type, required, description }) => [
        html`<code>${pointer === '' ? '(the body)' : pointer}</code
          >${required && pointer !== '' ? ' (always)' : ''}`,
        type,
        description,
      ]),
    )}
    ${examples.map(
      ({ name, value }) =>
        html`<p class="muted">${name === null ? 'Example' : `Example ${name}`}</p>
          <pre>
${(typeof value === 'string' ? value : JSON.stringify(value, null, 2)).slice(0, LONGEST_EXAMPLE)}</pre>`,
    )}`;
}
