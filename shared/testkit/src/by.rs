//! Handing an event to a consumer, as its guarantee says, without a runtime around it.

use futures::{FutureExt as _, future::BoxFuture};
use tidings_aws::{TableNames, effects::to_effect};
use tidings_core::{
    Consumer, Context, Effects, Failure, Incoming, Leased, Natural, Transactional,
    catalogue::Resource,
    causation,
    consumer::guarantee::{self, Guarantee},
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
        then::<C>(decided, &context)
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
            then::<C>(performed, &context)
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
            then::<C>(performed.map(|()| Effects::none()), &context)
        }
        .boxed()
    }
}

fn decode<C: Consumer>(context: &Context) -> Result<C::Event, Failure> {
    C::Event::decode(&context.envelope).map_err(|error| Failure::permanent(error.to_string()))
}

/// What the handler wants fails here as it would in the runtime: an undeclared table or event, personal values without a
/// keyring, a chain that is too long.
fn then<C: Consumer>(effects: Result<Effects, Failure>, context: &Context) -> Then {
    let wanted = effects.and_then(|effects| {
        let tables = tables::<C>();
        for write in &effects.writes {
            to_effect(write.clone(), &tables)?;
        }
        wants::<C>(effects, context)
    });
    Then::new(C::NAME, wanted)
}

fn wants<C: Consumer>(effects: Effects, context: &Context) -> Result<Wanted, Failure> {
    let instead = effects.appends.iter().find_map(|append| match &append.otherwise {
        Otherwise::Instead(instead) => Some(wants::<C>((**instead).clone(), context)),
        Otherwise::Superseded | Otherwise::Fail(_) => None,
    });
    let count = effects.appends.len();
    let appended = effects.appends.into_iter().map(|append| append.event);
    let mut appended = causation::emit::<C>(appended.chain(effects.events).collect(), context)?;
    if !uses_personal::<C>() {
        appended.iter().try_for_each(refuse_unsealed)?;
    }
    let emitted = appended.split_off(count);
    Ok(Wanted {
        writes: effects.writes,
        emitted,
        appended,
        answer: effects.answer,
        instead: instead.transpose()?.map(Box::new),
    })
}

/// Whether the consumer has declared that it seals or opens personal values.
pub(crate) fn uses_personal<C: Consumer>() -> bool {
    let personal = |resource: &Resource| matches!(resource, Resource::Personal(_));
    C::USES.iter().any(personal)
}

/// The tables that the consumer has declared, under their own names.
pub(crate) fn tables<C: Consumer>() -> TableNames {
    let tables = C::USES.iter().filter_map(|resource| match resource {
        Resource::Table(table, _) => Some((table.name, table.name.to_owned())),
        _ => None,
    });
    TableNames::new(tables)
}
