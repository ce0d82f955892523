/** What a page keeps on this device, by name, and what waits there to be sent. */
const KEPT = "kept";
const WAITING = "waiting";

function opened(): Promise<IDBDatabase> {
  const asked = indexedDB.open("onegrid", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(KEPT);
    asked.result.createObjectStore(WAITING, { keyPath: "id" });
  };
  return answerOf(asked);
}

function answerOf<Answer>(asked: IDBRequest<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore<Answer>(
  name: string,
  work: (store: IDBObjectStore) => IDBRequest<Answer>,
): Promise<Answer> {
  const base = await opened();
  const step = base.transaction(name, "readwrite", { durability: "strict" });
  const ended = new Promise<void>((resolve, reject) => {
    step.oncomplete = () => resolve();
    step.onabort = () => reject(step.error);
  });
  try {
    const answer = await answerOf(work(step.objectStore(name)));
    await ended; // only then it is on the device
    return answer;
  } finally {
    base.close();
  }
}

export async function keep(name: string, value: unknown): Promise<void> {
  await inStore(KEPT, (store) => store.put(value, name));
}

export function keptAs<Value>(name: string): Promise<Value | undefined> {
  return inStore<Value | undefined>(KEPT, (store) => store.get(name));
}

export const forgetKept = () => inStore(KEPT, (store) => store.clear());

/** Something that waits to be sent, known by its id. */
export interface Waiting {
  readonly id: string;
}

export async function putWaiting(one: Waiting): Promise<void> {
  await inStore(WAITING, (store) => store.put(one));
}

export const listWaiting = <One extends Waiting>() =>
  inStore<One[]>(WAITING, (store) => store.getAll());

export const dropWaiting = (id: string) => inStore(WAITING, (store) => store.delete(id));
