//! `call-off-shipment`: nothing is packed any more of an order that is called off.
//!
//! Transactional: it leaves a mark in the place of the shipment, which `create-shipment` looks for before it asks the warehouse. So it makes no difference
//! which of the two events comes first. An order that has been packed has its shipment there, which stays.

use storefront_contracts::OrderCancelled;
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::shipments::{CalledOff, SHIPMENTS};

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallOffShipment;

impl Consumer for CallOffShipment {
    const NAME: &'static str = "call-off-shipment";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&SHIPMENTS, Access::Write)];
    type Event = OrderCancelled;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `call-off-shipment`.
#[must_use]
pub fn function() -> ConsumerFunction {
    ConsumerFunction::new(async |_| Ok(CallOffShipment))
}

impl Transactional for CallOffShipment {
    fn decide(&self, order: OrderCancelled, _: &Context) -> Result<Effects, Failure> {
        let mark = CalledOff {
            order_id: order.order_id,
        };
        let unless_packed = Condition::Absent(SHIPMENTS.partition_key);
        Ok(Effects::none().put_if(&SHIPMENTS, &mark, unless_packed, Otherwise::Superseded)?)
    }
}
