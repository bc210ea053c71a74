//! What a local run has in stock to begin with.

use aws_sdk_dynamodb::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata as _},
    types::AttributeValue,
};
use orders::stock::STOCK;

use super::LocalError;

/// The articles of the sample order.
pub const ARTICLES: [&str; 2] = ["mug-blue", "tea-green"];
/// How many of each.
pub const PIECES: u32 = 10_000;

/// Puts the sample's articles into the stock, those that nobody has ever received.
pub async fn fill(dynamodb: &Client) -> Result<(), LocalError> {
    for sku in ARTICLES {
        let put = dynamodb
            .put_item()
            .table_name(STOCK.name)
            .item("sku", AttributeValue::S(sku.to_owned()))
            .item("available", AttributeValue::N(PIECES.to_string()))
            .condition_expression("attribute_not_exists(sku)");
        match put.send().await {
            Err(error) if error.code() != Some("ConditionalCheckFailedException") => {
                return Err(LocalError::Shelves(DisplayErrorContext(error).to_string()));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}
