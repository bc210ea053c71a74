//! Handing an event to a consumer, as its guarantee says, without a runtime around it.

use futures::{FutureExt as _, future::BoxFuture};
use tidings_aws::{TableNames, effects::to_effect};
use tidings_core::{
    Consumer, Context, Effects, Failure, Incoming, Leased, Natural, Transactional,
    catalogue::Resource,
    causation,
    consumer::{
        Declared,
        guarantee::{self, Guarantee},
    },
    effects::Otherwise,
    ports::refuse_unsealed,
};

use crate::then::{Then, Wanted};

/// A guarantee whose consumers a test can hand an event to; see [`Given::by`](crate::Given::by).
pub trait By<C: Consumer>: Guarantee {
    /// What the handler wants: at once where it decides, a future of it where it performs.
    type Then<'a>;

    /// Hands over.
    fn hand(consumer: &C, context: Context) -> Self::Then<'_>;
}

impl<C: Transactional> By<C> for guarantee::Transactional {
    type Then<'a> = Then;

    fn hand(consumer: &C, context: Context) -> Then {
        let decided = decode::<C>(&context).and_then(|event| consumer.decide(event, &context));
        then(&Declared::by::<C>(), decided, &context)
    }
}

impl<C: Leased> By<C> for guarantee::Leased {
    type Then<'a> = BoxFuture<'a, Then>;

    fn hand(consumer: &C, context: Context) -> BoxFuture<'_, Then> {
        async move {
            let performed = match decode::<C>(&context) {
                Ok(event) => consumer.perform(event, &context).await,
                Err(failure) => Err(failure),
            };
            then(&Declared::by::<C>(), performed, &context)
        }
        .boxed()
    }
}

impl<C: Natural> By<C> for guarantee::Natural {
    type Then<'a> = BoxFuture<'a, Then>;

    fn hand(consumer: &C, context: Context) -> BoxFuture<'_, Then> {
        async move {
            let performed = match decode::<C>(&context) {
                Ok(event) => consumer.perform(event, &context).await,
                Err(failure) => Err(failure),
            };
            then(
                &Declared::by::<C>(),
                performed.map(|()| Effects::none()),
                &context,
            )
        }
        .boxed()
    }
}

fn decode<C: Consumer>(context: &Context) -> Result<C::Event, Failure> {
    C::Event::decode(&context.envelope).map_err(|error| Failure::permanent(error.to_string()))
}

/// What the handler wants fails here as it would in the runtime: an undeclared table or event, personal values without a
/// keyring, a chain that is too long.
fn then(consumer: &Declared, effects: Result<Effects, Failure>, context: &Context) -> Then {
    let wanted = effects.and_then(|effects| {
        let tables = TableNames::as_declared(consumer.uses);
        for write in &effects.writes {
            to_effect(write.clone(), &tables)?;
        }
        wants(consumer, effects, context)
    });
    Then::new(consumer.name, wanted)
}

fn wants(consumer: &Declared, effects: Effects, context: &Context) -> Result<Wanted, Failure> {
    let instead = effects.appends.iter().find_map(|append| match &append.otherwise {
        Otherwise::Instead(instead) => Some(wants(consumer, (**instead).clone(), context)),
        Otherwise::Superseded | Otherwise::Fail(_) => None,
    });
    let count = effects.appends.len();
    let appended = effects.appends.into_iter().map(|append| append.event);
    let mut appended = causation::emit(appended.chain(effects.events).collect(), consumer, context)?;
    if !Resource::personal_among(consumer.uses) {
        appended.iter().try_for_each(refuse_unsealed)?;
    }
    let emitted = appended.split_off(count);
    Ok(Wanted {
        writes: effects.writes,
        emitted,
        appended,
        answer: effects.answer,
        unasked: effects.unasked,
        instead: instead.transpose()?.map(Box::new),
    })
}
