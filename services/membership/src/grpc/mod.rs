//! proto ↔ domain; no rules, no SQL.
