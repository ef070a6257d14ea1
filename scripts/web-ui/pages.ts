import type { Locator, Page } from 'playwright-core';

/** The Temporal Web UI of one namespace. */
export interface WebUi {
  /** Address without a slash at its end. */
  readonly address: string;
  readonly namespace: string;
}

/** Tabs of a workflow's page, by the last part of their address. */
type Tab =
  'timeline' | 'history' | 'user-metadata' | 'query' | 'search-attributes' | 'memo' | 'relationships';

/** Opens the list of workflows, with a visibility query as a filter. */
export async function openList(page: Page, ui: WebUi, query: string): Promise<void> {
  await page.goto(`${ui.address}/namespaces/${ui.namespace}/workflows?query=${encodeURIComponent(query)}`);
  await page.getByRole('table').waitFor();
}

/** Opens a workflow's page, then one of its tabs. */
export async function openWorkflow(page: Page, ui: WebUi, id: string, tab: Tab): Promise<void> {
  const base = `${ui.address}/namespaces/${ui.namespace}/workflows/${encodeURIComponent(id)}`;
  await page.goto(base);
  await page.waitForURL((url) => url.pathname.endsWith('/timeline'));
  if (tab !== 'timeline') await page.goto(page.url().replace(/\/timeline.*$/, `/${tab}`));
  await page.getByRole('button', { name: 'More Actions' }).waitFor();
}

/** The text of every piece of code that current details show on the open tab "User Metadata". */
export async function currentDetailsCode(page: Page): Promise<string[]> {
  const details = page.locator('iframe').last().contentFrame();
  await details.locator('code').first().waitFor();
  return details.locator('code').allInnerTexts();
}

/** Waits until current details on the open tab "User Metadata" show a text. */
export async function currentDetailsText(page: Page, text: string): Promise<void> {
  await page.locator('iframe').last().contentFrame().getByText(text).first().waitFor();
}

/** Opens "Send a Signal" of the workflow on the page, chooses a signal by its name and types its data. */
export async function fillSignal(page: Page, name: string, data: string): Promise<Locator> {
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: 'Send a Signal' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send a Signal' });
  await dialog.getByTestId('signal-select-button').click();
  await dialog.getByRole('option', { name: new RegExp(`^${name}\\b`) }).click();
  const editor = dialog.getByRole('textbox', { name: 'Data' });
  await editor.fill(data);
  // The editor sets the JSON out when it is left, which moves the buttons away from under a click.
  await editor.blur();
  await editor.getByText('{', { exact: true }).waitFor();
  return dialog;
}

/** Submits what {@link fillSignal} filled in and waits until the dialogue has gone. */
export async function submitSignal(dialog: Locator): Promise<void> {
  await dialog.getByTestId('confirm-modal-button').click();
  await dialog.waitFor({ state: 'hidden' });
}
