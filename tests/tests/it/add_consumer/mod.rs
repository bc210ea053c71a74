//! What the documentation says of adding a consumer, followed to the letter in a copy of this checkout: the README's recipe, and the
//! difference that `docs/fifteenth-reaction.md` shows. Their few lines are all that it takes, and the template then has everything that a
//! consumer needs.

mod difference;
mod recipe;
mod template;

use std::fs;

use anyhow::{Context as _, ensure};
use tidings_tests::{checkout, readme::steps};

use self::{
    recipe::{build, copy_of_this_checkout, follow, test},
    template::{Templates, templates, the_consumer_is_whole},
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
/// The stack that shows every consumer.
const DASHBOARD: &str = "storefront-dashboard";

#[test]
fn a_consumer_is_one_file_its_main_and_one_line_and_the_template_follows() -> anyhow::Result<()> {
    let before = templates(&fs::read_to_string(checkout::catalogue()?)?)?;

    let added = [COUNT_INVOICES, WARN_OF_LARGE_ORDERS];
    let copy = copy_of_this_checkout()?;
    follow(copy.path(), &steps("Add a consumer")?)?;
    difference::apply(copy.path(), "docs/fifteenth-reaction.md")?;
    let after = templates(&build(copy.path(), &added)?)?;

    let others = before.iter().filter(|(stack, _)| *stack != DASHBOARD);
    for (stack, template) in others {
        let there = after[stack]["Resources"].as_object().context("resources")?;
        let known = template["Resources"].as_object().context("resources")?;
        let kept = known.iter().all(|(id, resource)| there.get(id) == Some(resource));
        assert!(
            kept,
            "{stack}: an addition changes nothing that is there (is target/catalogue.json current?)"
        );
        assert_eq!(
            there.len() > known.len(),
            added.iter().any(|added| added.stack == stack),
            "{stack}: {} and now {}",
            known.len(),
            there.len()
        );
    }
    for added in &added {
        for stack in [added.stack, DASHBOARD] {
            let names = |templates: &Templates| templates[stack].to_string().contains(added.name);
            assert!(!names(&before), "{}: it was not in {stack} before", added.name);
            assert!(names(&after), "{}: it is in {stack} now", added.name);
        }
        the_consumer_is_whole(&after[added.stack], added)?;
    }
    let told = test(copy.path(), "notifications", "warn_of_large_orders")?;
    ensure!(told.contains("test result: ok. 1 passed"), "{told}");
    Ok(())
}
