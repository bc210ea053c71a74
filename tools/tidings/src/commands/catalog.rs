//! `tidings catalog`.

use std::process::ExitCode;

use crate::system::storefront;

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Prints JSON, for the infrastructure and for scripts.
    #[arg(long)]
    json: bool,
    /// Prints the names of the tables, a line each.
    #[arg(long, conflicts_with = "json")]
    tables: bool,
}

/// Prints the catalogue.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = storefront().catalogue();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&catalogue)?);
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.tables {
        catalogue
            .tables
            .iter()
            .for_each(|table| println!("{}", table.name));
        return Ok(ExitCode::SUCCESS);
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let types = |value: &serde_json::Value| {
        let types = value.as_array().into_iter().flatten();
        types
            .map(|event| format!("{}/v{}", text(&event["type"]), event["version"]))
            .collect::<Vec<_>>()
            .join(", ")
    };
    println!("{}\n\npublishers", catalogue.system);
    for publisher in &catalogue.publishers {
        let route = format!("{} {}", text(&publisher["method"]), text(&publisher["path"]));
        println!(
            "  {:<26} {route:<26} -> {}",
            text(&publisher["name"]),
            types(&publisher["publishes"])
        );
    }
    println!("\nqueries");
    for query in &catalogue.queries {
        println!(
            "  {:<26} {} {}",
            text(&query["name"]),
            text(&query["method"]),
            text(&query["path"])
        );
    }
    println!("\nconsumers");
    for consumer in &catalogue.consumers {
        let takes = match types(&consumer["events"]) {
            all if all.is_empty() => "every event".to_owned(),
            types => types,
        };
        let guarantee = text(&consumer["guarantee"]);
        let publishes = types(&consumer["publishes"]);
        let arrow = if publishes.is_empty() { "" } else { "-> " };
        println!(
            "  {:<26} {guarantee:<14} {takes} {arrow}{publishes}",
            text(&consumer["name"])
        );
    }
    println!("\ntables");
    for table in &catalogue.tables {
        println!("  {:<26} {}", table.name, table.service);
    }
    Ok(ExitCode::SUCCESS)
}
