export { BudgetLedger } from "./budget-ledger.js";
export { readBudget, resetBudget } from "./budgets.js";
export { StreamLog } from "./stream-log.js";
export { InvalidOptionError, OpenAIError } from "../../lib/errors.js";
