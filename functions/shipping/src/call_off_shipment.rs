//! `call-off-shipment`: no parcel goes out of an order that is called off.
//!
//! The order's history has decided by then ([why so](../../../docs/adr/0024-the-orders-history-decides.md)): an order that is `shipped` cannot be called off. So what is packed of this one is
//! unpacked, and a mark in the place of the shipment keeps `create-shipment` from having it packed, whichever of the two comes first.
//!
//! Leased: unpacking is an effect outside. The warehouse knows it by the idempotency key.

use std::sync::Arc;

use storefront_contracts::OrderCancelled;
use storefront_providers::{Unwanted, Warehouse, warehouse};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Failure, Leased, Repeat,
    catalogue::{Access, Resource},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::shipments::{CalledOff, SHIPMENTS, Shipments, Standing};

/// The consumer.
pub struct CallOffShipment {
    /// What is packed.
    pub shipments: Shipments,
    /// Unpacks.
    pub warehouse: Arc<dyn Warehouse>,
}

impl Consumer for CallOffShipment {
    const NAME: &'static str = "call-off-shipment";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&SHIPMENTS, Access::ReadWrite),
        Resource::Secret("warehouse"),
    ];
    type Event = OrderCancelled;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `call-off-shipment`.
#[must_use]
pub fn function() -> ConsumerFunction<CallOffShipment> {
    ConsumerFunction::new(async |setting| {
        Ok(CallOffShipment {
            shipments: Shipments::of(setting)?,
            warehouse: warehouse(setting).await?,
        })
    })
}

impl Leased for CallOffShipment {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, order: OrderCancelled, context: &Context) -> Result<Effects, Failure> {
        let standing = self.shipments.standing(&order.order_id).await?;
        let order_id = order.order_id;
        let mark = CalledOff {
            order_id: order_id.clone(),
        };
        match standing {
            Standing::CalledOff => Ok(Effects::none().unasked()),
            Standing::Open => {
                let first = Condition::Absent(SHIPMENTS.partition_key);
                let packed = Failure::transient("the order has been packed in this moment");
                let marked = Effects::none().unasked();
                Ok(marked.put_if(&SHIPMENTS, &mark, first, Otherwise::Fail(packed))?)
            }
            Standing::Packed(packed) => {
                let parcel = Unwanted {
                    shipment_id: packed.shipment_id,
                    order_id,
                };
                let key = context.idempotency_key().to_string();
                self.warehouse.unpack(&parcel, &key).await?;
                Ok(Effects::none().put(&SHIPMENTS, &mark)?)
            }
        }
    }
}
