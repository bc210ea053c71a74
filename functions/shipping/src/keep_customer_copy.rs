//! `keep-customer-copy`: what shipping knows of a customer, from what they tell of themselves.
//!
//! Transactional, and by version: whatever the order in which updates come, the newest stays. The function opens nothing: what is personal
//! is copied as it is sealed, and becomes unreadable here with all the rest when its person is erased.

use storefront_contracts::CustomerUpdated;
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::customer_copies::{Copy, SHIPPING_CUSTOMERS, VERSION};

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeepCustomerCopy;

impl Consumer for KeepCustomerCopy {
    const NAME: &'static str = "keep-customer-copy";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&SHIPPING_CUSTOMERS, Access::Write)];
    type Event = CustomerUpdated;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `keep-customer-copy`.
#[must_use]
pub fn function() -> ConsumerFunction<KeepCustomerCopy> {
    ConsumerFunction::new(async |_| Ok(KeepCustomerCopy))
}

impl Transactional for KeepCustomerCopy {
    fn decide(&self, customer: CustomerUpdated, context: &Context) -> Result<Effects, Failure> {
        let version = context.envelope.aggregateversion;
        let version =
            version.ok_or_else(|| Failure::permanent("the event does not say which version it is"))?;
        let copy = Copy {
            customer_id: customer.customer_id.clone(),
            version,
            customer,
        };
        let newer = Condition::Newer {
            attribute: VERSION,
            than: version.into(),
        };
        Ok(Effects::none().put_if(&SHIPPING_CUSTOMERS, &copy, newer, Otherwise::Superseded)?)
    }
}
