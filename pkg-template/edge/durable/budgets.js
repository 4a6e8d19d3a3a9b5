// What an operator may do with the ledger of one subject. These are functions and not routes: they need the
// Worker's own binding.

import { InvalidOptionError } from "../../lib/errors.js";
import { accountOf, isNamespace, objectOf } from "../budget.js";

/**
 * What a subject's ledger holds.
 *
 * @param binding the Worker's `env.BUDGET`
 * @param account `{ subject }`, `{ address }` or `{ everyone: true }`
 */
export async function readBudget(binding, account) {
  const { rows, entries } = await ledger(binding, account).read();
  return { rows, entries };
}

/** Forgets what an account has spent. Its requests under way are charged when they end. */
export async function resetBudget(binding, account) {
  await ledger(binding, account).reset();
}

function ledger(binding, account) {
  if (!isNamespace(binding)) {
    throw new InvalidOptionError("binding", "must be a Durable Object binding: env.BUDGET");
  }
  return objectOf(binding, accountOf(account));
}
