//! The values of a Parquet column, as levels and as numbers.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "of the format's many types a few are read, and the rest is refused"
)]

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::Result;
use parquet::schema::types::ColumnDescriptor;
use std::borrow::Cow;
use whatif::data;

/// How the values of a column are to be understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Whole,
    Unsigned,
    Real,
    Truth,
    Text,
    /// So many digits are behind the point.
    Decimal(usize),
}

impl Kind {
    /// Whether its values are numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Unsigned | Self::Real | Self::Decimal(_))
    }
}

/// Longer than any whole number with a point in it: 16 bytes hold them.
const MOST_BYTES: usize = 16;

/// The kind of a column, or what it holds that cannot be a level.
pub fn kind(column: &ColumnDescriptor) -> std::result::Result<Kind, &'static str> {
    if column.max_rep_level() > 0 || column.path().parts().len() != 1 {
        return Err("lists or records");
    }
    let scale = |scale: i32| usize::try_from(scale).map_err(|_| "numbers of a strange kind").map(Kind::Decimal);
    match (column.physical_type(), column.logical_type_ref(), column.converted_type()) {
        (_, Some(LogicalType::Unknown), _) => Ok(Kind::Text),
        (_, Some(LogicalType::Date), _) | (_, None, ConvertedType::DATE) => Err("dates"),
        (_, Some(LogicalType::Time(_)), _) | (_, None, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => {
            Err("times")
        }
        (Type::INT96, ..)
        | (_, Some(LogicalType::Timestamp(_)), _)
        | (_, None, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS) => Err("dates with times"),
        (Type::FIXED_LEN_BYTE_ARRAY, ..) if column.type_length() > MOST_BYTES as i32 => Err("bytes"),
        (_, Some(LogicalType::Decimal(_)), _) | (_, None, ConvertedType::DECIMAL) => scale(column.type_scale()),
        (Type::INT32 | Type::INT64, Some(LogicalType::Integer(kind)), _) if !kind.is_signed => Ok(Kind::Unsigned),
        (
            Type::INT32 | Type::INT64,
            None,
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
        ) => Ok(Kind::Unsigned),
        (Type::INT32 | Type::INT64, ..) => Ok(Kind::Whole),
        (Type::FLOAT | Type::DOUBLE, ..) => Ok(Kind::Real),
        (Type::BOOLEAN, ..) => Ok(Kind::Truth),
        (Type::BYTE_ARRAY, Some(LogicalType::String | LogicalType::Json | LogicalType::Enum), _)
        | (Type::BYTE_ARRAY, None, ConvertedType::UTF8 | ConvertedType::JSON | ConvertedType::ENUM) => Ok(Kind::Text),
        _ => Err("bytes that are no text"),
    }
}

/// Values as they are stored.
pub enum Values {
    Int(Vec<i32>),
    Long(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Truth(Vec<bool>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Values {
    pub const fn none(stored: Type) -> Self {
        match stored {
            Type::INT32 => Self::Int(Vec::new()),
            Type::INT64 => Self::Long(Vec::new()),
            Type::FLOAT => Self::Float(Vec::new()),
            Type::DOUBLE => Self::Double(Vec::new()),
            Type::BOOLEAN => Self::Truth(Vec::new()),
            Type::FIXED_LEN_BYTE_ARRAY => Self::Fixed(Vec::new()),
            _ => Self::Bytes(Vec::new()),
        }
    }

    /// The values of a dictionary, one behind the other; none where they are not what they should be.
    pub fn of_dictionary(column: &ColumnDescriptor, bytes: &ByteArray, count: usize) -> Option<Self> {
        fn each<const N: usize, T>(bytes: &[u8], count: usize, one: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
            let (parts, _) = bytes.get(..count.checked_mul(N)?)?.as_chunks::<N>();
            Some(parts.iter().map(|part| one(*part)).collect())
        }
        let all = bytes.data();
        Some(match column.physical_type() {
            Type::INT32 => Self::Int(each(all, count, i32::from_le_bytes)?),
            Type::INT64 => Self::Long(each(all, count, i64::from_le_bytes)?),
            Type::FLOAT => Self::Float(each(all, count, f32::from_le_bytes)?),
            Type::DOUBLE => Self::Double(each(all, count, f64::from_le_bytes)?),
            Type::BYTE_ARRAY => {
                let (mut at, mut texts) = (0, Vec::new());
                for _ in 0..count {
                    let length = u32::from_le_bytes(all.get(at..at + 4)?.try_into().ok()?) as usize;
                    all.get(at + 4..)?.get(..length)?;
                    texts.push(bytes.slice(at + 4, length));
                    at += 4 + length;
                }
                Self::Bytes(texts)
            }
            Type::FIXED_LEN_BYTE_ARRAY => {
                let length = usize::try_from(column.type_length()).ok().filter(|length| *length > 0)?;
                all.get(..count.checked_mul(length)?)?;
                Self::Fixed((0..count).map(|at| bytes.slice(at * length, length).into()).collect())
            }
            _ => return None,
        })
    }

    /// Replaces them by the next of a reader, up to so many records. How many records there were; the levels of each, if it
    /// may be absent.
    pub fn read(&mut self, from: &mut ColumnReader, records: usize, levels: &mut Vec<i16>) -> Result<usize> {
        levels.clear();
        macro_rules! all {
            ($($stored:ident as $own:ident),*) => {
                match (from, self) {
                    $((ColumnReader::$stored(from), Self::$own(to)) => {
                        to.clear();
                        from.read_records(records, Some(levels), None, to)
                    })*
                    // Values are made for the column that they are read from.
                    _ => return Ok(0),
                }
            };
        }
        let (records, ..) = all!(
            Int32ColumnReader as Int,
            Int64ColumnReader as Long,
            FloatColumnReader as Float,
            DoubleColumnReader as Double,
            BoolColumnReader as Truth,
            ByteArrayColumnReader as Bytes,
            FixedLenByteArrayColumnReader as Fixed
        )?;
        Ok(records)
    }

    pub const fn len(&self) -> usize {
        match self {
            Self::Int(all) => all.len(),
            Self::Long(all) => all.len(),
            Self::Float(all) => all.len(),
            Self::Double(all) => all.len(),
            Self::Truth(all) => all.len(),
            Self::Bytes(all) => all.len(),
            Self::Fixed(all) => all.len(),
        }
    }

    /// A value as a number; NaN where it stands for none, infinite where it is no number.
    pub fn number(&self, kind: Kind, at: usize) -> f64 {
        match (self, kind) {
            (Self::Int(all), Kind::Whole) => all[at].into(),
            (Self::Int(all), Kind::Unsigned) => all[at].cast_unsigned().into(),
            (Self::Long(all), Kind::Whole) => all[at] as f64,
            (Self::Long(all), Kind::Unsigned) => all[at].cast_unsigned() as f64,
            (Self::Float(all), _) => all[at].into(),
            (Self::Double(all), _) => all[at],
            _ => {
                let text = self.text(kind, at);
                if data::is_missing(&text) { f64::NAN } else { data::number(&text).unwrap_or(f64::INFINITY) }
            }
        }
    }

    /// A whole number that is not far from 0.
    pub fn small(&self, kind: Kind, at: usize) -> Option<i64> {
        match (self, kind) {
            (Self::Int(all), Kind::Whole) => Some(all[at].into()),
            (Self::Long(all), Kind::Whole) => Some(all[at]),
            _ => None,
        }
    }

    /// A value as text.
    pub fn text(&self, kind: Kind, at: usize) -> Cow<'_, [u8]> {
        let bytes = match self {
            Self::Bytes(all) => all[at].data(),
            Self::Fixed(all) => all[at].data(),
            _ => &[],
        };
        if kind == Kind::Text {
            return Cow::Borrowed(bytes);
        }
        let text = match (self, kind) {
            (Self::Int(all), Kind::Decimal(digits)) => decimal(all[at].into(), digits),
            (Self::Long(all), Kind::Decimal(digits)) => decimal(all[at].into(), digits),
            (Self::Int(all), Kind::Unsigned) => all[at].cast_unsigned().to_string(),
            (Self::Long(all), Kind::Unsigned) => all[at].cast_unsigned().to_string(),
            (Self::Int(all), _) => all[at].to_string(),
            (Self::Long(all), _) => all[at].to_string(),
            (Self::Float(all), _) => all[at].to_string(),
            (Self::Double(all), _) => all[at].to_string(),
            (Self::Truth(all), _) => all[at].to_string(),
            (Self::Bytes(_) | Self::Fixed(_), Kind::Decimal(digits)) => match bytes.len() {
                // The most significant byte comes first, and bears the sign.
                1..=MOST_BYTES => {
                    let sign = if bytes[0] & 0x80 == 0 { 0_i128 } else { -1 };
                    decimal(bytes.iter().fold(sign, |all, byte| (all << 8) | i128::from(*byte)), digits)
                }
                _ => String::new(),
            },
            (Self::Bytes(_) | Self::Fixed(_), _) => String::new(),
        };
        Cow::Owned(text.into_bytes())
    }
}

/// A whole number with so many digits behind a point.
fn decimal(whole: i128, digits: usize) -> String {
    if digits == 0 {
        return whole.to_string();
    }
    let sign = if whole < 0 { "-" } else { "" };
    let text = format!("{:0>1$}", whole.unsigned_abs(), digits + 1);
    let (before, behind) = text.split_at(text.len() - digits);
    format!("{sign}{before}.{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_their_digits() {
        for (whole, digits, text) in [(0, 0, "0"), (-5, 2, "-0.05"), (12345, 2, "123.45"), (7, 3, "0.007")] {
            assert_eq!(decimal(whole, digits), text);
        }
        let fixed = Values::Fixed(vec![ByteArray::from(vec![0xff, 0x38]).into()]);
        assert_eq!(&*fixed.text(Kind::Decimal(1), 0), b"-20.0");
    }
}
