//! Ids in the shapes that the API uses.

use fastrand::Rng;

/// Crockford's base 32: no I, L, O or U.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new task id: `task_` and 26 characters.
pub(crate) fn task(rng: &mut Rng) -> String {
    let tail = (0..23).filter_map(|_| BASE32.get(rng.usize(..BASE32.len())));
    "task_01K".chars().chain(tail.map(|&byte| char::from(byte))).collect()
}

/// A new request id: a date and a tail, as the header `X-Oneapi-Request-Id` carries.
pub(crate) fn request(rng: &mut Rng, seconds: u64) -> String {
    let tail: String = (0..8).map(|_| rng.alphanumeric()).collect();
    format!("{seconds}{tail}")
}

/// The part of a button's id that differs from picture to picture: always the same for the same task.
pub(crate) fn button(task_id: &str) -> String {
    let seed = task_id.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let mut rng = Rng::with_seed(seed);
    let (a, b, c, d) = (rng.u32(..), rng.u16(..), rng.u16(..), rng.u64(..));
    format!("{a:08x}-{b:04x}-4{:03x}-8{:03x}-{:012x}", c & 0xFFF, b & 0xFFF, d & 0xFFFF_FFFF_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_documented_shapes() {
        let mut rng = Rng::with_seed(1);
        let (a, b) = (task(&mut rng), task(&mut rng));
        assert_eq!(a.len(), 31);
        assert!(a.strip_prefix("task_").unwrap().bytes().all(|byte| BASE32.contains(&byte)), "{a}");
        assert_ne!(a, b);
        assert_eq!(button(&a), button(&a));
        assert_ne!(button(&a), button(&b));
        assert_eq!(button(&a).len(), 36);
    }
}
