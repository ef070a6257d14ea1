/** A workflow's page in Temporal's Web UI. */
export function workflowPage(webUi: string, namespace: string, id: string): string {
  return `${webUi.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}`;
}
