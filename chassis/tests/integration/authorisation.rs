//! The authorisation of every RPC, kept as a golden file that a reviewer reads.

use chassis::authz::{Callers, Rule, Rules};

const MATRIX: &str = include_str!("authorisation/matrix.txt");
const STAFF_WITHOUT_PERMISSION: &str = include_str!("authorisation/staff_without_permission.txt");

#[test]
fn the_matrix_is_what_the_protos_declare() {
    let mut lines: Vec<String> = Rules::global().iter().map(line).collect();
    lines.sort_unstable();
    let found = lines.join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/integration/authorisation/matrix.txt"
        );
        std::fs::write(path, &found).unwrap();
        return;
    }
    assert!(
        found == MATRIX,
        "who may call what has changed: review it, then run this test with UPDATE_GOLDEN=1\n{found}"
    );
}

#[test]
fn every_staff_rpc_asks_for_a_permission_but_the_listed_ones() {
    let mut found: Vec<_> = Rules::global()
        .iter()
        .filter(|rule| rule.callers.staff && !rule.callers.public && rule.permission.is_none())
        .map(|rule| rule.path.as_str())
        .collect();
    found.sort_unstable();
    let listed: Vec<_> = STAFF_WITHOUT_PERMISSION.lines().collect();
    assert_eq!(
        found, listed,
        "declare a permission in the proto; the list may only shrink"
    );
}

fn line(rule: &Rule) -> String {
    let mut words = vec![
        rule.path.trim_start_matches('/').to_owned(),
        callers(rule.callers),
    ];
    if let Some((key, level)) = &rule.permission {
        words.push(format!("{key}:{level:?}").to_lowercase());
    }
    if let Some(action) = &rule.action {
        words.push(format!("action={action}"));
    }
    if rule.plan > chassis::authn::Plan::Basic {
        words.push(format!("plan={:?}", rule.plan).to_lowercase());
    }
    for (holds, word) in [
        (rule.idempotent, "idempotent"),
        (rule.audited, "audited"),
        (rule.reauth, "reauth"),
    ] {
        if holds {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

fn callers(callers: Callers) -> String {
    let kinds = [
        (callers.public, "public"),
        (callers.staff, "staff"),
        (callers.customer, "customer"),
        (callers.device, "device"),
        (callers.service, "service"),
    ];
    let named: Vec<_> = kinds
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, kind)| *kind)
        .collect();
    named.join("+")
}
