use pretty_assertions::assert_eq;

use super::*;
use crate::{
    Planned,
    shop::{read, system},
};

fn publisher<'a>(name: &'a str, states: &'a str) -> NewPublisher<'a> {
    NewPublisher {
        name,
        service: "billing",
        states,
    }
}

#[test]
fn a_publisher_is_a_file_a_main_and_lines_in_lists() {
    let (folder, workspace) = system();
    let plan = publisher("take-order", "order.placed")
        .plan(&workspace)
        .expect("a plan");
    let files: Vec<_> = plan
        .files()
        .map(|(file, planned)| (file.to_str().expect("a path"), planned))
        .collect();
    assert_eq!(
        files,
        [
            ("functions/billing/Cargo.toml", Planned::Changed),
            ("functions/billing/src/bin/take-order.rs", Planned::New),
            ("functions/billing/src/lib.rs", Planned::Changed),
            ("functions/billing/src/take_order.rs", Planned::New),
        ]
    );
    plan.carry_out().expect("it is done");
    let library = read(&folder, "functions/billing/src/lib.rs");
    for line in [
        "pub mod pay;\npub mod take_order;\n",
        "pub use pay::Pay;\npub use take_order::TakeOrder;\n",
        "        .publisher(take_order::function())\n",
    ] {
        assert!(library.contains(line), "{line} is missing in {library}");
    }
    let main = read(&folder, "functions/billing/src/bin/take-order.rs");
    assert!(
        main.contains("tidings_lambda::endpoint(billing::take_order::function())"),
        "{main}"
    );
    let code = read(&folder, "functions/billing/src/take_order.rs");
    for line in [
        "use shop_contracts::OrderPlaced;",
        "const PUBLISHES: &'static [EventType] = &[OrderPlaced::EVENT_TYPE];",
        "const KEY: IdempotencyKey = IdempotencyKey::Required;",
        "include_str!(\"../../../events/order.placed/v2.json\")",
    ] {
        assert!(code.contains(line), "{line} is missing in {code}");
    }
    assert!(!code.contains("{{") && !code.contains("Personal"), "{code}");
    let manifest = read(&folder, "functions/billing/Cargo.toml");
    for needed in [
        "tidings-core",
        "tidings-lambda",
        "shop-contracts",
        "schemars",
        "serde",
        "serde_json",
        "tidings-testkit",
        "tokio",
    ] {
        let line = format!("\n{needed}.workspace = true\n");
        assert!(manifest.contains(&line), "{needed} is missing in {manifest}");
    }
    let again = publisher("take-order", "order.placed").plan(&workspace);
    assert!(matches!(again, Err(Refused::Exists(_))), "{again:?}");
}

#[test]
fn what_an_event_says_of_a_person_is_the_publishers_to_seal() {
    let (folder, workspace) = system();
    let plan = publisher("rename", "user.renamed")
        .plan(&workspace)
        .expect("a plan");
    plan.carry_out().expect("it is done");
    let code = read(&folder, "functions/billing/src/rename.rs");
    assert!(
        code.contains("        Resource::Personal(Access::Write),\n    ];"),
        "{code}"
    );
    assert!(code.contains(".keyring().open(event)"), "{code}");
}

#[test]
fn a_command_is_sent_and_not_stated() {
    let (_folder, workspace) = system();
    let refused = publisher("take-order", "place-order")
        .plan(&workspace)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "there is no event place-order; there are order.placed, user.renamed"
    );
    let refused = publisher("Take order", "order.placed").plan(&workspace);
    assert!(
        matches!(
            refused,
            Err(Refused::Name {
                what: "a publisher",
                ..
            })
        ),
        "{refused:?}"
    );
}
