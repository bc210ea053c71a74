//! Whose an order is to see and to call off.
//!
//! A user's order is that user's, as the authoriser names them. A guest is named by nobody: whoever has the order's secret is the guest. The order
//! is called by the hash of its secret, so nothing keeps the secret, and every service that knows the order can tell.

use sha2::{Digest as _, Sha256};
use tidings_core::catalogue::Header;

use crate::GUEST;

/// The header with the secret of a guest's order.
pub const ORDER_SECRET: Header = Header {
    name: "order-secret",
    description: "For an order that a guest has placed: the `secret` that `place-order` answered. It opens this order and no other.",
};

/// Who asks for an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderCaller {
    id: Option<String>,
    /// The guest's order that their secret opens. The secret itself is not kept, so it is in no log.
    opens: Option<String>,
}

impl OrderCaller {
    /// Whom the authoriser names, and the secret that they show.
    #[must_use]
    pub fn new(id: Option<String>, secret: Option<&str>) -> Self {
        Self {
            id,
            opens: secret.map(guests_order),
        }
    }

    /// Whether the order of this id, which this user has placed, is theirs to see and to call off.
    #[must_use]
    pub fn owns(&self, order_id: &str, user_id: &str) -> bool {
        match user_id {
            GUEST => self.opens.as_deref() == Some(order_id),
            user => self.id.as_deref() == Some(user),
        }
    }
}

/// How the order of a guest is called who has this secret: 128 bits of its SHA-256, so nobody finds another secret for the same order.
#[must_use]
pub fn guests_order(secret: &str) -> String {
    let hash = Sha256::digest(secret);
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("ord-{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_its_users_and_a_guests_is_whoevers_secret_it_is_called_by() {
        let secret = "a secret";
        let (guests, users) = (guests_order(secret), "ord-1");
        for (caller, shows, order, user, owns) in [
            (None, None, users, "u-1", false),
            (Some("u-1"), None, users, "u-1", true),
            (Some("u-2"), None, users, "u-1", false),
            (Some(GUEST), None, users, "u-1", false),
            (None, Some(secret), users, "u-1", false),
            (None, None, &guests, GUEST, false),
            (Some("u-1"), None, &guests, GUEST, false),
            // Nobody is every guest, however the authoriser calls them.
            (Some(GUEST), None, &guests, GUEST, false),
            (None, Some("another"), &guests, GUEST, false),
            (None, Some(secret), &guests, GUEST, true),
            (Some("u-1"), Some(secret), &guests, GUEST, true),
            // Shown where the hash is asked for, the hash opens nothing.
            (None, Some(&guests), &guests, GUEST, false),
        ] {
            let asks = OrderCaller::new(caller.map(Into::into), shows);
            assert_eq!(asks.owns(order, user), owns, "{asks:?} {order} {user}");
        }
    }

    #[test]
    fn a_caller_is_written_without_their_secret() {
        assert!(!format!("{:?}", OrderCaller::new(None, Some("a secret"))).contains("a secret"));
    }
}
