//! `tidings catalog` without a verb: the whole system, at a glance.

use tidings_catalogue::{Document, document::EventVersion};

/// Prints publishers, queries, consumers and tables.
pub fn print(document: &Document) {
    println!("{}\n\npublishers", document.system);
    for publisher in &document.publishers {
        let route = format!("{} {}", publisher.method, publisher.path);
        println!(
            "  {:<26} {route:<26} -> {}",
            publisher.name,
            types(&publisher.publishes)
        );
    }
    println!("\nqueries");
    for query in &document.queries {
        println!("  {:<26} {} {}", query.name, query.method, query.path);
    }
    println!("\nconsumers");
    for consumer in &document.consumers {
        let takes = match types(&consumer.events) {
            all if all.is_empty() => "every event".to_owned(),
            types => types,
        };
        let guarantee = consumer.guarantee.as_str();
        let publishes = types(&consumer.publishes);
        let arrow = if publishes.is_empty() { "" } else { "-> " };
        println!(
            "  {:<26} {guarantee:<14} {takes} {arrow}{publishes}",
            consumer.name
        );
    }
    println!("\ntables");
    for table in &document.tables {
        println!("  {:<26} {}", table.name, table.service);
    }
}

fn types(versions: &[EventVersion]) -> String {
    versions
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
