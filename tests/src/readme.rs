//! The README's recipe for a consumer, as data: what it says is what the test does.

use anyhow::Context as _;

use crate::checkout;

/// A numbered step that names a file first, and shows a piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it names in `code` style, in order.
    pub names: Vec<String>,
    /// The piece of code.
    pub code: String,
}

/// The steps of the README's section with this heading.
///
/// # Errors
/// When there is no such section, or its steps are not numbered.
pub fn steps(heading: &str) -> anyhow::Result<Vec<Step>> {
    let readme = checkout::read("README.md")?;
    let (_, section) = readme
        .split_once(&format!("\n## {heading}\n"))
        .with_context(|| heading.to_owned())?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut steps = Vec::new();
    for (number, block) in section.split("```rust\n").enumerate().skip(1) {
        let before = section.split("```rust\n").nth(number - 1).unwrap_or_default();
        let (_, item) = before
            .rsplit_once(&format!("\n{number}. "))
            .with_context(|| format!("step {number}"))?;
        let names = item
            .split('`')
            .skip(1)
            .step_by(2)
            .map(ToOwned::to_owned)
            .collect();
        let code = block.split("```").next().unwrap_or_default();
        let code = code
            .lines()
            .map(|line| line.strip_prefix("   ").unwrap_or(line))
            .collect::<Vec<_>>();
        steps.push(Step {
            names,
            code: code.join("\n").trim_end().to_owned() + "\n",
        });
    }
    Ok(steps)
}
