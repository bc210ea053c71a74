//! The cipher: AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D), bound to the person.
//!
//! With random nonces one key is good for 2^32 values (section 8.3 there): far more than a person has.

use std::fmt;

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};
use tidings_core::personal::KeyBytes;

/// The key of one person.
pub struct DataKey(LessSafeKey);

/// A ciphertext was not made with this key for this person, or has been changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was changed, or sealed with another key or for another person")]
pub struct Unreadable;

/// Bytes of the machine's cryptographic random generator.
///
/// # Panics
/// When the machine has none.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the operating system gives random bytes");
    bytes
}

impl DataKey {
    /// The key of these bytes.
    ///
    /// # Panics
    /// Never: every 256 bits are a key.
    #[must_use]
    pub fn new(bytes: &KeyBytes) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("256 bits are a key of AES-256");
        Self(LessSafeKey::new(key))
    }

    /// Seals `plain` for this person: nonce, ciphertext and tag, 28 bytes more than it had. A nonce is used once with a key.
    ///
    /// # Panics
    /// When `plain` is larger than AES-GCM takes: 64 GiB.
    #[must_use]
    pub fn seal(&self, person: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        let nonce_once = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(nonce_once, Aad::from(person), &mut sealed)
            .expect("less than 64 GiB");
        [&nonce[..], &sealed].concat()
    }

    /// Opens what was sealed for this person.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn open(&self, person: &str, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(Unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unreadable)?;
        let mut rest = rest.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(person), &mut rest);
        plain.map(|plain| plain.to_vec()).map_err(|_| Unreadable)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_with_its_key_for_its_person_and_is_not_to_be_seen(
            key: KeyBytes, nonce: [u8; 12], person: String, plain in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let sealed = DataKey::new(&key).seal(&person, nonce, &plain);
            prop_assert_eq!(sealed.len(), plain.len() + 28);
            // Eight bytes of text could be in a ciphertext by chance once in 2^64.
            prop_assert!(plain.len() < 8 || !sealed.windows(plain.len()).any(|window| window == plain));
            prop_assert_eq!(DataKey::new(&key).open(&person, &sealed), Ok(plain));
        }

        #[test]
        fn another_key_opens_nothing(key: KeyBytes, other: KeyBytes, nonce: [u8; 12], plain: Vec<u8>) {
            prop_assume!(key != other);
            let sealed = DataKey::new(&key).seal("u-1", nonce, &plain);
            prop_assert_eq!(DataKey::new(&other).open("u-1", &sealed), Err(Unreadable));
        }

        #[test]
        fn the_same_key_opens_nothing_for_another_person(
            key: KeyBytes, nonce: [u8; 12], person: String, other: String, plain: Vec<u8>,
        ) {
            prop_assume!(person != other);
            let sealed = DataKey::new(&key).seal(&person, nonce, &plain);
            prop_assert_eq!(DataKey::new(&key).open(&other, &sealed), Err(Unreadable));
        }

        #[test]
        fn what_was_changed_or_cut_does_not_open(
            key: KeyBytes, nonce: [u8; 12], plain: Vec<u8>, at: prop::sample::Index, bit in 0_u32..8, cut: prop::sample::Index,
        ) {
            let key = DataKey::new(&key);
            let sealed = key.seal("u-1", nonce, &plain);
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= 1_u8 << bit;
            prop_assert_eq!(key.open("u-1", &changed), Err(Unreadable));
            prop_assert_eq!(key.open("u-1", &sealed[..cut.index(sealed.len())]), Err(Unreadable));
        }
    }
}
