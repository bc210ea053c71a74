//! How large a transaction is, which DynamoDB says only by refusing it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use tidings_core::Failure;

/// Bytes of an item, with the names of its attributes (AWS: DynamoDB, quotas, item size).
pub(crate) const MOST_ITEM_BYTES: usize = 400 * 1024;
/// Bytes of all items of a transaction (AWS: DynamoDB, `TransactWriteItems`: 4 MB, here by the smaller meaning of the word).
pub(crate) const MOST_BYTES: usize = 4_000_000;
/// Bytes that are allowed for an event's attributes and the keys of its item, when room is shared out.
pub(crate) const LIGHT_BYTES: usize = 4 * 1024;

/// Refuses what DynamoDB would refuse for its size, and says which and how large.
///
/// # Errors
/// An item above 400 KB, or items above 4 MB together: permanent.
pub(super) fn check(actions: &[TransactWriteItem]) -> Result<(), Failure> {
    let mut all = 0;
    for action in actions {
        let (table, bytes) = bytes_of(action);
        if bytes > MOST_ITEM_BYTES {
            return Err(too_large(format!(
                "an item of the table {table} has {bytes} bytes; DynamoDB takes {MOST_ITEM_BYTES}"
            )));
        }
        all += bytes;
    }
    match all > MOST_BYTES {
        true => Err(too_large(format!(
            "{} writes and events in one transaction have {all} bytes; DynamoDB takes {MOST_BYTES}",
            actions.len()
        ))),
        false => Ok(()),
    }
}

fn too_large(reason: String) -> Failure {
    Failure::permanent(reason).of_class("TooLarge")
}

/// The most bytes that one of these may keep, so that all are within `room`. The largest give way first, and keep [`LIGHT_BYTES`].
pub(crate) fn most_kept(mut sizes: Vec<usize>, room: usize) -> usize {
    sizes.sort_unstable();
    let mut all: usize = sizes.iter().sum();
    let mut most = usize::MAX;
    while all > room
        && let Some(largest) = sizes.pop()
        && largest > LIGHT_BYTES
    {
        all = all - largest + LIGHT_BYTES;
        most = largest - 1;
    }
    most
}

/// The table that an action writes to, and the bytes that it says of its item; what else is in an item that is updated, nobody here knows.
pub(crate) fn bytes_of(action: &TransactWriteItem) -> (&str, usize) {
    if let Some(put) = action.put() {
        return (put.table_name(), of_map(put.item()));
    }
    if let Some(update) = action.update() {
        let values = update.expression_attribute_values().map_or(0, of_map);
        return (update.table_name(), of_map(update.key()) + values);
    }
    if let Some(delete) = action.delete() {
        return (delete.table_name(), of_map(delete.key()));
    }
    let check = action.condition_check();
    check.map_or(("", 0), |check| (check.table_name(), of_map(check.key())))
}

fn of_map(map: &HashMap<String, AttributeValue>) -> usize {
    map.iter().map(|(name, value)| name.len() + of_value(value)).sum()
}

/// A number takes a byte for two digits, and one or two besides; a list or a map three, and one for each entry (AWS: DynamoDB, item sizes
/// and formats).
fn of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + of_value(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + of_map(map),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number.len().div_ceil(2) + 2).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| blob.as_ref().len()).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::Put;

    use super::*;

    fn put(bytes: usize) -> TransactWriteItem {
        let put = Put::builder()
            .table_name("t")
            .item("k", AttributeValue::S("x".repeat(bytes - 1)));
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    }

    #[test]
    fn an_item_and_a_transaction_are_refused_where_they_become_too_large() {
        assert!(check(&[put(MOST_ITEM_BYTES)]).is_ok());
        let failure = check(&[put(1), put(MOST_ITEM_BYTES + 1)]).unwrap_err();
        assert_eq!(failure.class(), "TooLarge");
        assert_eq!(
            failure.reason(),
            "an item of the table t has 409601 bytes; DynamoDB takes 409600"
        );
        let full = [vec![put(400_000); 9], vec![put(300_000), put(100_000)]].concat();
        assert!(check(&full).is_ok());
        let failure = check(&[full, vec![put(1)]].concat()).unwrap_err();
        assert!(matches!(failure, Failure::Permanent { .. }));
        assert_eq!(
            failure.reason(),
            "12 writes and events in one transaction have 4000001 bytes; DynamoDB takes 4000000"
        );
    }

    #[test]
    fn the_largest_give_way_until_all_fit() {
        let most = |sizes: &[usize], room| most_kept(sizes.to_vec(), room);
        assert_eq!(most(&[10_000, 20_000, 30_000], 60_000), usize::MAX);
        assert_eq!(most(&[10_000, 30_000, 20_000], 59_999), 29_999);
        assert_eq!(most(&[10_000, 30_000, 20_000], 30_000), 19_999);
        assert_eq!(most(&[3_000, 4_000], 1), usize::MAX, "there is nothing to give");
        assert_eq!(most(&[], 0), usize::MAX);
    }
}
