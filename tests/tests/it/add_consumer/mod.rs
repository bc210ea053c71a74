//! What the documentation says of adding a consumer, followed to the letter in a copy of this checkout: the README's recipe, and the
//! difference that `docs/fifteenth-reaction.md` shows; and what `tidings new` makes. Their few lines are all that it takes, and the template then has everything that a
//! consumer needs.

mod difference;
mod recipe;
mod scaffolded;
mod template;

use std::{fs, process::Command};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tidings_tests::{
    checkout::{self, run, target},
    readme::steps,
};

use self::{
    recipe::{TIDINGS, build, copy_of_this_checkout, follow, test},
    scaffolded::{COUNT_ORDERS, EVENT, GREET_BUYERS, REPORT_PARCEL},
    template::{Templates, templates, the_consumer_is_whole, the_publisher_is_whole},
};

/// A consumer that is added.
struct Added {
    name: &'static str,
    /// The stack of its service.
    stack: &'static str,
    /// The type of the events that it takes.
    takes: &'static str,
    /// Variables of its function, besides those that every consumer has.
    environment: &'static [(&'static str, &'static str)],
}

/// The one that the README adds.
const COUNT_INVOICES: Added = Added {
    name: "count-invoices",
    stack: "storefront-insights",
    takes: "invoice.created",
    environment: &[("TABLE_ANALYTICS", "storefront-analytics")],
};
/// The one that `docs/fifteenth-reaction.md` adds, and its test.
const WARN_OF_LARGE_ORDERS: Added = Added {
    name: "warn-of-large-orders",
    stack: "storefront-notifications",
    takes: "order.placed",
    environment: &[],
};
/// The stack that the publisher is in.
const SHIPPING: &str = "storefront-shipping";
/// The stack of what all services use, and the policies in it of who may call publishers and queries.
const PLATFORM: &str = "storefront-platform";
const CALLERS: &str = "Callers";
/// The stack that shows every function.
const DASHBOARD: &str = "storefront-dashboard";

#[test]
fn a_consumer_is_one_file_its_main_and_one_line_and_the_template_follows() -> anyhow::Result<()> {
    let before = templates(&fs::read_to_string(checkout::catalogue()?)?)?;

    let added = [COUNT_INVOICES, WARN_OF_LARGE_ORDERS, COUNT_ORDERS, GREET_BUYERS];
    let copy = copy_of_this_checkout()?;
    follow(copy.path(), &steps("Add a consumer")?)?;
    difference::apply(copy.path(), "docs/fifteenth-reaction.md")?;
    scaffolded::make(copy.path())?;
    let functions: Vec<_> = added
        .iter()
        .map(|added| added.name)
        .chain([REPORT_PARCEL])
        .collect();
    let catalogue = build(copy.path(), &functions)?;
    let after = templates(&catalogue)?;

    let others = before.iter().filter(|(stack, _)| *stack != DASHBOARD);
    for (stack, template) in others {
        let there = after[stack]["Resources"].as_object().context("resources")?;
        let known = template["Resources"].as_object().context("resources")?;
        let kept =
            |(id, resource): (&String, &Value)| there.get(id) == Some(resource) || id.starts_with(CALLERS);
        let kept = known.iter().all(kept);
        assert!(
            kept,
            "{stack}: an addition changes nothing that is there (is target/catalogue.json current?)"
        );
        assert_eq!(
            there.len() > known.len(),
            *stack == SHIPPING || added.iter().any(|added| added.stack == stack),
            "{stack}: {} and now {}",
            known.len(),
            there.len()
        );
    }
    for added in &added {
        for stack in [added.stack, DASHBOARD] {
            let names = |templates: &Templates| templates[stack].to_string().contains(added.name);
            let known = before.contains_key(stack);
            assert!(
                !known || !names(&before),
                "{}: it was not in {stack} before",
                added.name
            );
            assert!(names(&after), "{}: it is in {stack} now", added.name);
        }
        the_consumer_is_whole(&after[added.stack], added)?;
    }
    the_publisher_is_whole(&after[SHIPPING], REPORT_PARCEL)?;
    let may_be_called = |templates: &Templates| templates[PLATFORM].to_string().contains(REPORT_PARCEL);
    assert!(
        !may_be_called(&before) && may_be_called(&after),
        "the policy of callers names it"
    );
    let tests = [
        ("notifications", "warn_of_large_orders"),
        ("insights", "count_orders"),
        ("gift-cards", "greet_buyers"),
        ("shipping", "report_missing_parcel"),
    ];
    for (service, module) in tests {
        let told = test(copy.path(), service, module)?;
        ensure!(told.contains("test result: ok. 1 passed"), "{told}");
    }
    ensure!(catalogue.contains(EVENT), "the event is listed");
    // Fails where it finds an error.
    let mut check = Command::new(target().join("debug").join(TIDINGS));
    run(check.args(["catalog", "check"]).current_dir(copy.path()))?;
    Ok(())
}
