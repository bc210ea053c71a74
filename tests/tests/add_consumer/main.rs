//! The README's recipe for a new consumer, followed to the letter in a copy of this checkout: its few lines are all that
//! it takes, and the template then has everything that a consumer needs.

mod recipe;
mod template;

use std::fs;

use anyhow::Context as _;
use tidings_tests::{checkout, readme::steps};

use crate::{
    recipe::{catalogue, copy_of_this_checkout, follow},
    template::{Templates, templates, the_consumer_is_whole},
};

/// The consumer that the README adds.
const NAME: &str = "count-invoices";
/// The stack of its service.
const STACK: &str = "storefront-insights";
/// The stack that shows every consumer.
const DASHBOARD: &str = "storefront-dashboard";

#[test]
fn a_consumer_is_one_file_its_main_and_one_line_and_the_template_follows() -> anyhow::Result<()> {
    let before = templates(&fs::read_to_string(checkout::catalogue()?)?)?;

    let copy = copy_of_this_checkout()?;
    follow(copy.path(), &steps("Add a consumer")?)?;
    let after = templates(&catalogue(copy.path())?)?;

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
            stack == STACK,
            "{stack}: {} and now {}",
            known.len(),
            there.len()
        );
    }
    for stack in [STACK, DASHBOARD] {
        let names = |templates: &Templates| templates[stack].to_string().contains(NAME);
        assert!(!names(&before), "{stack}: it was not there before");
        assert!(names(&after), "{stack}: it is there now");
    }
    the_consumer_is_whole(&after[STACK])
}
