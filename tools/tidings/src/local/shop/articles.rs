//! What can be ordered: the sample's articles, with their prices.

use aws_sdk_dynamodb::{Client, error::DisplayErrorContext};
use orders::stock::STOCK;

/// An article.
pub struct Article {
    pub sku: &'static str,
    pub name: &'static str,
    /// In cents.
    pub price: u32,
}

/// As the sample order has them.
pub const ARTICLES: [Article; 2] = [
    Article {
        sku: "mug-blue",
        name: "Blue mug",
        price: 1299,
    },
    Article {
        sku: "tea-green",
        name: "Green tea",
        price: 500,
    },
];

/// How many articles are listed.
const LISTED: i32 = 100;

/// What is in stock, by article.
///
/// # Errors
/// When the table cannot be read.
pub async fn stock(dynamodb: &Client) -> Result<Vec<(String, String)>, String> {
    let read = dynamodb.scan().table_name(STOCK.name).limit(LISTED).send().await;
    let read = read.map_err(|error| DisplayErrorContext(error).to_string())?;
    let pieces = read.items().iter().filter_map(|item| {
        let sku = item.get("sku")?.as_s().ok()?.clone();
        Some((sku, item.get("available")?.as_n().ok()?.clone()))
    });
    let mut pieces: Vec<_> = pieces.collect();
    pieces.sort();
    Ok(pieces)
}
