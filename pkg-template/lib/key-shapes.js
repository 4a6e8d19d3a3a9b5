// Generated from src/policy/providers by `UPDATE_PROVIDERS=1 cargo test --lib policy::providers`. Do not edit.
export const SHAPES =
  "(?:(?:cfk_|cfut_|cfat_|sk-|fw_|gsk_|xai-|pplx-|hf_|api_org_|AIza|AQ\\.Ab|r8_|tgp_v1_|nvapi-|csk-|sk_|github_pat_|ghp_|gho_|ghu_|ghs_|jina_|vck_|flp_|cpk_)[\\w.-]{8}|v1\\.0-[\\da-f-]{24}|dapi[\\da-f-]{32}|(?:pa-|ABSK|bedrock-api-key-)(?=[\\w.+/=-]{0,39}\\d)(?=[\\w.+/=-]{0,39}[A-Z])[\\w.+/=-]{40})";
