//! What a call costs (reference, section 11.2).

use serde::{Serialize, Serializer};

use crate::speed::Speed;

/// An amount in hundred-thousandths of a US dollar: exact, so that a bill adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u32);

impl Usd {
    /// The amount in dollars.
    pub fn dollars(self) -> f64 {
        f64::from(self.0) / 100_000.0
    }

    /// The amount in the API's credits, ten to a dollar.
    pub fn credits(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), |sum, amount| Self(sum.0.saturating_add(amount.0)))
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.dollars())
    }
}

/// The price cell of a zoom or an upscale: turbo is dearer, relax and fast cost the same.
pub(crate) fn of(speed: Speed) -> Usd {
    match speed {
        Speed::Relax | Speed::Fast => Usd(5_504),
        Speed::Turbo => Usd(10_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_those_of_the_list_and_add_up_exactly() {
        assert_eq!(of(Speed::Fast).dollars().to_string(), "0.05504");
        assert_eq!(of(Speed::Relax).credits().to_string(), "0.5504");
        assert_eq!(of(Speed::Turbo).dollars().to_string(), "0.1");
        let three: Usd = [Speed::Relax, Speed::Fast, Speed::Relax].into_iter().map(of).sum();
        assert_eq!(three.dollars().to_string(), "0.16512");
    }
}
