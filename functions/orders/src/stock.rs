//! The stock: how many of each article can be sold.
//!
//! What is reserved for an order is not in it any more, so no condition has to look at two numbers. It comes back when the checkout is
//! refused, or when the order is called off (`release-stock`).

use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use storefront_contracts::StockItem;
use tidings_aws::transaction::Item;
use tidings_core::catalogue::Table;

/// The table: a number an article.
pub const STOCK: Table = Table::new("stock", crate::SERVICE, "sku");

/// The attribute that holds the number.
pub(crate) const AVAILABLE: &str = "available";

/// Takes pieces out, if there are as many; else the refusal tells how many there are (`ALL_OLD`).
pub(crate) fn take(table: &str, item: &StockItem) -> TransactWriteItem {
    let update = changed(table, item)
        .update_expression("SET available = available - :pieces")
        .condition_expression("available >= :pieces")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    action(update)
}

/// Adds pieces; an article that was not there is from now on.
pub(crate) fn add(table: &str, item: &StockItem) -> TransactWriteItem {
    action(changed(table, item).update_expression("ADD available :pieces"))
}

/// How many an item of the table says there are; an article without an item has none.
pub(crate) fn available(item: Option<&Item>) -> u64 {
    let number = item.and_then(|item| item.get(AVAILABLE)?.as_n().ok()?.parse().ok());
    number.unwrap_or_default()
}

fn changed(table: &str, item: &StockItem) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    Update::builder()
        .table_name(table)
        .key("sku", AttributeValue::S(item.sku.clone()))
        .expression_attribute_values(":pieces", AttributeValue::N(item.quantity.to_string()))
}

fn action(update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> TransactWriteItem {
    let update = update.build().expect("table, key and expression are set");
    TransactWriteItem::builder().update(update).build()
}
