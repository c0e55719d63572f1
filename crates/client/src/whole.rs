//! Whether a picture is whole, told by its own format: a host that hangs up halfway, or declares too small a length,
//! cannot be told from one that does not by HTTP alone.
//!
//! What stands behind the end of a picture is let pass: cameras and converters add to it.

use std::io::{self, BufRead, ErrorKind, Read};

/// Whether a file of this type has its end. Of a format that is not known here nothing is asked.
pub(crate) fn is_whole(file: &mut impl BufRead, mime_type: &str) -> io::Result<bool> {
    let whole = match mime_type {
        "image/png" => png(file),
        "image/jpeg" => jpeg(file),
        "image/gif" => gif(file),
        "image/webp" => webp(file),
        "image/avif" | "image/heif" => boxes(file),
        _ => Ok(()),
    };
    match whole {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Chunks with their length before and a checksum behind, up to IEND (ISO/IEC 15948, section 5.3).
fn png(file: &mut impl BufRead) -> io::Result<()> {
    skip(file, 8)?;
    loop {
        let length = u32::from_be_bytes(take(file)?);
        let kind: [u8; 4] = take(file)?;
        skip(file, u64::from(length) + 4)?;
        if kind == *b"IEND" {
            return Ok(());
        }
    }
}

/// Segments that begin with 0xFF and a marker, up to EOI (ITU-T T.81, annex B). Between them is the coded picture,
/// in which 0xFF is followed by 0 or by a restart marker. A small picture within a segment has an EOI of its own.
fn jpeg(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        file.skip_until(0xFF)?;
        let mut marker = 0xFF;
        while marker == 0xFF {
            [marker] = take(file)?;
        }
        match marker {
            0xD9 => return Ok(()),
            0x00 | 0x01 | 0xD0..=0xD8 => {}
            _ => {
                let length = u16::from_be_bytes(take(file)?);
                skip(file, u64::from(length.saturating_sub(2)))?;
            }
        }
    }
}

/// Blocks up to the trailer (`GIF89a`, appendix A).
fn gif(file: &mut impl BufRead) -> io::Result<()> {
    let [.., flags, _, _]: [u8; 13] = take(file)?;
    skip(file, colors(flags))?;
    loop {
        match take(file)? {
            [b';'] => return Ok(()),
            [b','] => {
                let [.., flags]: [u8; 9] = take(file)?;
                // With the size of its codes.
                skip(file, colors(flags) + 1)?;
                blocks(file)?;
            }
            [b'!'] => {
                skip(file, 1)?;
                blocks(file)?;
            }
            [_] => {}
        }
    }
}

/// So many bytes has a table of colors.
const fn colors(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Blocks of data up to an empty one.
fn blocks(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        match take(file)? {
            [0] => return Ok(()),
            [length] => skip(file, u64::from(length))?,
        }
    }
}

/// A RIFF file, which tells its length (RFC 9649, section 2.4).
fn webp(file: &mut impl BufRead) -> io::Result<()> {
    skip(file, 4)?;
    let length = u32::from_le_bytes(take(file)?);
    skip(file, u64::from(length))
}

/// Boxes that tell their lengths (ISO/IEC 14496-12, section 4.2); the last may be open.
fn boxes(file: &mut impl BufRead) -> io::Result<()> {
    while !file.fill_buf()?.is_empty() {
        let (length, _): (u32, [u8; 4]) = (u32::from_be_bytes(take(file)?), take(file)?);
        match length {
            0 => return Ok(()),
            1 => {
                let length = u64::from_be_bytes(take(file)?);
                skip(file, length.saturating_sub(16))?;
            }
            _ => skip(file, u64::from(length).saturating_sub(8))?,
        }
    }
    Ok(())
}

fn take<const N: usize>(file: &mut impl BufRead) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(file: &mut impl BufRead, count: u64) -> io::Result<()> {
    let skipped = io::copy(&mut file.take(count), &mut io::sink())?;
    if skipped < count { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8], mime_type: &str) -> bool {
        is_whole(&mut &*bytes, mime_type).unwrap()
    }

    /// It is whole, also with something behind it, and no beginning of it is.
    fn check(picture: &[u8], mime_type: &str) {
        assert!(whole(picture, mime_type));
        assert!(whole(&[picture, b"behind"].concat(), mime_type), "{mime_type}");
        for length in 0..picture.len() {
            assert!(!whole(&picture[..length], mime_type), "{mime_type}: {length} of {}", picture.len());
        }
    }

    #[test]
    fn a_png_ends_with_its_last_chunk() {
        let start = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR0123456789abc\x01\x02\x03\x04";
        // A chunk of text that quotes the last one.
        let middle = b"\0\0\0\x0ctEXt\0\0\0\0IEND\xAE\x42\x60\x82\x01\x02\x03\x04";
        check(&[&start[..], middle, b"\0\0\0\0IEND\xAE\x42\x60\x82"].concat(), "image/png");
    }

    #[test]
    fn a_jpeg_ends_with_its_own_end_and_not_with_that_of_its_thumbnail() {
        let start = b"\xff\xd8\xff\xe1\x00\x08\xff\xd8\xff\xd9\x01\x02";
        let scan = b"\xff\xda\x00\x03\x00coded \xff\x00 \xff\xd0 more";
        check(&[&start[..], scan, b"\xff\xff\xd9"].concat(), "image/jpeg");
    }

    #[test]
    fn a_gif_ends_with_its_trailer() {
        let start = b"GIF89a\x01\0\x01\0\x80\0\0abcdef";
        let blocks = b"!\xf9\x04;;;;\0,\0\0\0\0\x01\0\x01\0\0\x02\x02;;\0";
        check(&[&start[..], blocks, b";"].concat(), "image/gif");
    }

    #[test]
    fn a_webp_and_an_avif_are_as_long_as_they_say() {
        check(b"RIFF\x0a\0\0\0WEBPVP8 \0\0", "image/webp");
        let avif = b"\0\0\0\x0cftypavif\0\0\0\x01mdat\0\0\0\0\0\0\0\x12ab";
        assert!(whole(avif, "image/avif"));
        // It may end between two boxes.
        for length in (1..12).chain(13..avif.len()) {
            assert!(!whole(&avif[..length], "image/avif"), "{length}");
        }
        assert!(whole(b"\0\0\0\0mdat to the end", "image/avif"));
    }

    #[test]
    fn of_other_formats_nothing_is_asked() {
        assert!(whole(b"BM", "image/bmp"));
    }
}
