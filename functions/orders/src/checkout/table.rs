//! The table of checkouts: reading it, and the writes that move a checkout on, each under its condition.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use jiff::Timestamp;
use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;
use tidings_aws::{left_over::moment, transaction::Item};
use tidings_core::Failure;

use super::{
    Checkout, Checkouts, Refusal, Unfinished, overtaken,
    state::{PENDING, PLACED, REFUSED, RESERVED},
};

/// How long a checkout is kept that has come to its end: 30 days, as answers to other keys are. The same key later is a new checkout.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Checkouts {
    /// The checkout of this key, read strongly consistent.
    pub(super) async fn find(&self, key: &str) -> Result<Option<Checkout>, Failure> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.checkouts)
            .set_key(Some(key_of(key)))
            .consistent_read(true);
        let item = get.send().await?.item;
        // An expired item stays for days (AWS: DynamoDB, time to live).
        let counts = |item: &Item| {
            let expires = item
                .get("expires")
                .and_then(|expires| expires.as_n().ok()?.parse().ok());
            expires.is_none_or(|expires: i64| expires > self.clock.now().as_second())
        };
        item.filter(counts).as_ref().map(Checkout::read).transpose()
    }

    /// Puts a new checkout; answers the one that is there, if there is one by now.
    pub(super) async fn put(&self, checkout: Checkout) -> Result<Checkout, Failure> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.checkouts)
            .set_item(Some(checkout.item()?))
            .condition_expression("attribute_not_exists(checkout) OR expires <= :now")
            .expression_attribute_values(":now", number(self.clock.now().as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(checkout),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(there) => {
                    Checkout::read(&there.item.unwrap_or_default())
                }
                error => Err(error.into()),
            },
        }
    }

    /// Deletes a checkout for which nothing is held, unless somebody goes on with it; whether it did.
    pub(super) async fn void(&self, checkout: &Checkout) -> Result<bool, Unfinished> {
        let delete = self
            .dynamodb
            .delete_item()
            .table_name(&self.checkouts)
            .set_key(Some(key_of(&checkout.key)))
            .condition_expression(WHERE)
            .expression_attribute_values(":id", text(checkout.id()))
            .expression_attribute_values(":from", text(PENDING));
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.into_service_error() {
                DeleteItemError::ConditionalCheckFailedException(_) => Ok(false),
                error => Err(Failure::from(error).into()),
            },
        }
    }

    /// Lets all that are left over come before this one, in the next run of the sweeper: it takes the time behind `before`, up to which this run looks.
    pub(super) async fn to_the_end_of_the_line(
        &self,
        checkout: &Checkout,
        before: Timestamp,
    ) -> Result<(), Failure> {
        let behind = before.saturating_add(Duration::from_millis(1)).unwrap_or(before);
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.checkouts)
            .set_key(Some(key_of(&checkout.key)))
            .update_expression("SET since = :behind")
            .condition_expression("checkout_id = :id AND attribute_exists(pending)")
            .expression_attribute_values(":id", text(checkout.id()))
            .expression_attribute_values(":behind", text(&moment(behind)));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                // Somebody has ended it meanwhile.
                UpdateItemError::ConditionalCheckFailedException(_) => Ok(()),
                error => Err(error.into()),
            },
        }
    }

    /// Pending → reserved.
    pub(super) fn reserved(&self, checkout: &Checkout, now: Timestamp) -> TransactWriteItem {
        self.moved(
            checkout,
            PENDING,
            "SET phase = :to, reserved_at = :now",
            [(":to", text(RESERVED)), (":now", number(now.as_millisecond()))],
        )
    }

    /// Reserved → placed.
    pub(super) fn placed(&self, checkout: &Checkout, charge_id: &str, now: Timestamp) -> TransactWriteItem {
        let expression = format!("SET phase = :to, charge_id = :charge, {ENDS}");
        let values = [(":to", text(PLACED)), (":charge", text(charge_id))];
        self.moved(
            checkout,
            RESERVED,
            &expression,
            values.into_iter().chain(ends(now)),
        )
    }

    /// Pending or reserved → refused.
    pub(super) fn refused(
        &self,
        checkout: &Checkout,
        refusal: &Refusal,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Failure> {
        let from = match refusal {
            Refusal::OutOfStock { .. } => PENDING,
            Refusal::PaymentRefused { .. } => RESERVED,
        };
        let expression = format!("SET phase = :to, refusal = :refusal, {ENDS}");
        let values = [(":to", text(REFUSED)), (":refusal", to_attribute_value(refusal)?)];
        Ok(self.moved(checkout, from, &expression, values.into_iter().chain(ends(now))))
    }

    fn moved(
        &self,
        checkout: &Checkout,
        from: &str,
        expression: &str,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> TransactWriteItem {
        let own = [(":id", text(checkout.id())), (":from", text(from))];
        let values: HashMap<_, _> = values
            .into_iter()
            .chain(own)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let update = Update::builder()
            .table_name(&self.checkouts)
            .set_key(Some(key_of(&checkout.key)))
            .update_expression(expression)
            .condition_expression(WHERE)
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = update.build().expect("table, key and expression are set");
        TransactWriteItem::builder().update(update).build()
    }

    /// Where a checkout is that was not where it was expected.
    pub(super) async fn now_at(&self, checkout: &Checkout) -> Result<Checkout, Unfinished> {
        match self.find(&checkout.key).await? {
            Some(there) if there.id() == checkout.id() => Ok(there),
            _ => overtaken(checkout, None),
        }
    }
}

/// The condition of every move: it is this checkout, and where the move begins.
const WHERE: &str = "checkout_id = :id AND phase = :from";
/// What the end of a checkout changes, whichever it is: the card is forgotten.
const ENDS: &str = "ended_at = :now, expires = :expires REMOVE card, pending, since";

fn ends(now: Timestamp) -> [(&'static str, AttributeValue); 2] {
    let expires = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
    [
        (":now", number(now.as_millisecond())),
        (":expires", number(expires.as_second())),
    ]
}

fn key_of(key: &str) -> Item {
    Item::from([("checkout".to_owned(), text(key))])
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
