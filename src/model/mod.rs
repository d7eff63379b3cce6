//! The nouns: layers, units, members, posts, rules, and the rows of places with their columns.
//!
//! Owns: value types with validating constructors, field names, segments and tables.
//! Never: geometry algorithms, edits, IO.
//! Start at [`Unit`], [`Row`] and [`Table`].

mod id;
mod nouns;
mod private;
mod row;
mod rules;
mod segment;
mod table;
mod text;
mod underlay;

pub use id::{EditId, Id};
pub use nouns::{Date, Extent, Gathered, GridLayer, Member, Org, Post, Target, Unit};
pub use private::{Private, file_name_kept, has_mobile, private_value};
pub use row::{Field, Kind, Row, Shape, ShapeRef, Value, check_value, field_word, item_sum, largest};
pub use rules::Rules;
pub use segment::{Segment, SegmentHash};
pub use table::{Placed, RowRef, Table};
pub use text::{
    Code, Lang, ModelError, Said, check_code, check_text, is_bidi, is_invisible, masked_phone, number, shown, tidy_code,
};
pub use underlay::{ControlPoint, MOST_PIXELS, MOST_POINTS, MOST_UNDERLAYS, PictureFormat, Underlay};
