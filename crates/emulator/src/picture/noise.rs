//! Smooth random numbers over a line or a plane, the same for the same seed on every machine.

/// A number in `0.0..1.0` that depends on nothing but its arguments.
pub(super) fn scatter(seed: u64, x: i64, y: i64) -> f64 {
    let mut bits = seed
        ^ x.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ y.cast_unsigned().wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    bits = (bits ^ (bits >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    bits = (bits ^ (bits >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let high = u32::try_from((bits ^ (bits >> 29)) >> 32).unwrap_or(u32::MAX);
    f64::from(high) / 4_294_967_296.0
}

/// The whole part of a coordinate, as a cell number.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "saturating is what we want")]
pub(super) fn cell(value: f64) -> i64 {
    value.floor() as i64
}

/// Smooth noise in `0.0..1.0` over a plane whose grid has the width 1.
pub(super) fn smooth(seed: u64, x: f64, y: f64) -> f64 {
    let (column, row) = (cell(x), cell(y));
    let (u, v) = (ease(x - x.floor()), ease(y - y.floor()));
    let corner = |dx, dy| scatter(seed, column.saturating_add(dx), row.saturating_add(dy));
    blend(blend(corner(0, 0), corner(1, 0), u), blend(corner(0, 1), corner(1, 1), u), v)
}

/// Several octaves of [`smooth`] noise, again in `0.0..1.0`: clouds.
pub(super) fn cloudy(seed: u64, x: f64, y: f64, octaves: u32) -> f64 {
    layered(octaves, |octave, scale| smooth(seed ^ u64::from(octave), x * scale, y * scale))
}

/// Noise along a line with sharp crests, in `0.0..1.0`: mountains.
pub(super) fn craggy(seed: u64, x: f64, octaves: u32) -> f64 {
    layered(octaves, |octave, scale| {
        let value = smooth(seed ^ u64::from(octave), x * scale, 0.5);
        1.0 - (2.0 * value - 1.0).abs()
    })
}

fn layered(octaves: u32, sample: impl Fn(u32, f64) -> f64) -> f64 {
    let (mut sum, mut weight, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        sum += weight * sample(octave, scale);
        total += weight;
        weight *= 0.5;
        scale *= 2.03;
    }
    sum / f64::max(total, 1.0)
}

/// Straight interpolation.
pub(super) fn blend(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}

/// 0 up to `low`, 1 from `high` on, smooth between.
pub(super) fn step(low: f64, high: f64, value: f64) -> f64 {
    ease(((value - low) / (high - low)).clamp(0.0, 1.0))
}

fn ease(share: f64) -> f64 {
    share * share * (3.0 - 2.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_stays_in_range_and_repeats_itself() {
        for i in -200..200 {
            let x = f64::from(i) * 0.37;
            for value in [scatter(7, i.into(), 3), smooth(7, x, -x), cloudy(7, x, x, 5), craggy(7, x, 5)] {
                assert!((0.0..=1.0).contains(&value), "{value} at {x}");
            }
            assert_eq!(craggy(7, x, 5).to_bits(), craggy(7, x, 5).to_bits());
        }
    }

    #[test]
    fn different_seeds_differ() {
        assert_ne!(scatter(1, 5, 5).to_bits(), scatter(2, 5, 5).to_bits());
    }
}
