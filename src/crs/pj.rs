//! PROJ, behind as little as we need of it: describe a CRS, convert between two, write WKT.
//!
//! The bindings are used directly and not through the `proj` crate, because that one stops the program where PROJ
//! gives no reason for a failure, and cannot be told where its database is. Each value here owns a context of its own,
//! whose database is the one inside the program and whose search path leads nowhere.

// Foreign calls are unsafe by nature; every one of them stands in this file. What makes them sound is said beside.
#![allow(unsafe_code)]

use super::{CrsDef, CrsError};
use proj_sys as sys;
use std::ffi::{CStr, CString, c_char};
use std::ptr::{NonNull, null, null_mut};

/// Name under which PROJ knows the database that is linked into the program.
const EMBEDDED_DATABASE: &CStr = c"__embedded_proj_db__";
/// A folder that cannot exist on Windows and hardly elsewhere, so that no file of another PROJ is found.
const NOWHERE: &CStr = c"<none>";

/// A context of our own.
struct Context(NonNull<sys::PJ_CONTEXT>);

/// A CRS or operation; it borrows the context it was made in.
struct Object<'c> {
    pj: NonNull<sys::PJ>,
    context: &'c Context,
}

impl Context {
    fn new() -> Option<Context> {
        // SAFETY: plain constructor; null is turned into None.
        let context = Context(NonNull::new(unsafe { sys::proj_context_create() })?);
        let paths = [NOWHERE.as_ptr()];
        // SAFETY: the context is alive; PROJ copies the strings; null lists mean none.
        unsafe {
            sys::proj_log_level(context.0.as_ptr(), sys::PJ_LOG_LEVEL_PJ_LOG_NONE);
            sys::proj_context_set_search_paths(context.0.as_ptr(), 1, paths.as_ptr());
            sys::proj_context_set_database_path(context.0.as_ptr(), EMBEDDED_DATABASE.as_ptr(), null(), null());
        }
        Some(context)
    }

    /// The CRS of a text; `None` if PROJ knows none or the text names something else.
    fn crs(&self, crs: &CrsDef) -> Option<Object<'_>> {
        let text = match crs.text() {
            t if t.starts_with('+') && !t.contains("+type=crs") => format!("{t} +type=crs"),
            t => t.to_owned(),
        };
        let text = CString::new(text).ok()?;
        // SAFETY: the context is alive and the string ends with a zero; PROJ copies it.
        let object = self.own(unsafe { sys::proj_create(self.0.as_ptr(), text.as_ptr()) })?;
        // SAFETY: the object is alive.
        (unsafe { sys::proj_is_crs(object.pj.as_ptr()) } != 0).then_some(object)
    }

    /// Takes an object over from PROJ.
    fn own(&self, pj: *mut sys::PJ) -> Option<Object<'_>> {
        Some(Object { pj: NonNull::new(pj)?, context: self })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: created by us, destroyed once; objects borrow the context and are gone by now.
        unsafe { sys::proj_context_destroy(self.0.as_ptr()) };
    }
}

impl Object<'_> {
    /// PROJJSON, parsed.
    fn json(&self) -> Option<serde_json::Value> {
        // SAFETY: context and object are alive; no options. The text belongs to the object and is copied at once.
        let text = unsafe { copied(sys::proj_as_projjson(self.context.0.as_ptr(), self.pj.as_ptr(), null())) }?;
        serde_json::from_str(&text).ok()
    }

    fn wkt(&self, kind: sys::PJ_WKT_TYPE) -> Option<String> {
        let options = [c"MULTILINE=NO".as_ptr(), null()];
        // SAFETY: as in `json`; the list of options ends with null.
        unsafe { copied(sys::proj_as_wkt(self.context.0.as_ptr(), self.pj.as_ptr(), kind, options.as_ptr())) }
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        // SAFETY: owned by us, destroyed once.
        unsafe { sys::proj_destroy(self.pj.as_ptr()) };
    }
}

/// A text of PROJ's, copied.
///
/// # Safety
/// The pointer is null or leads to a text that ends with a zero and lives during the call.
unsafe fn copied(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// What we want to know of a CRS.
pub(super) struct Description {
    pub name: String,
    /// Longitude and latitude rather than a plane.
    pub geographic: bool,
    /// Easting and northing in metres that are metres on the ground, within what a projection allows.
    pub metric: bool,
    /// Name of the underlying system of longitude and latitude.
    pub datum_crs: String,
}

/// Describes a CRS from PROJ's own description of it.
pub(super) fn describe(crs: &CrsDef) -> Result<Description, CrsError> {
    let unreadable = || CrsError::Unreadable(crs.text().to_owned());
    let context = Context::new().ok_or_else(unreadable)?;
    let json = context.crs(crs).and_then(|o| o.json()).ok_or_else(unreadable)?;
    // A bound CRS (+towgs84) is its source with a shift attached.
    let json = if json["type"] == "BoundCRS" { &json["source_crs"] } else { &json };
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let axes = json["coordinate_system"]["axis"].as_array().map(Vec::as_slice).unwrap_or_default();
    match json["type"].as_str() {
        Some("GeographicCRS") => Ok(Description {
            name: text(&json["name"]),
            geographic: true,
            metric: false,
            datum_crs: text(&json["name"]),
        }),
        Some("ProjectedCRS") => {
            let method = text(&json["conversion"]["method"]["name"]);
            Ok(Description {
                name: text(&json["name"]),
                geographic: false,
                // A metre of (web) Mercator is a metre nowhere but on the equator.
                metric: axes.iter().take(2).all(|a| a["unit"] == "metre")
                    && axes.len() >= 2
                    && (!method.contains("Mercator") || method.contains("Transverse") || method.contains("Oblique")),
                datum_crs: text(&json["base_crs"]["name"]),
            })
        }
        _ => Err(CrsError::NotPlane(crs.text().to_owned())),
    }
}

/// WKT 1 as GDAL writes it, or WKT 2 where the system cannot be said in it.
pub(super) fn wkt(crs: &CrsDef) -> Result<String, CrsError> {
    let unreadable = || CrsError::Unreadable(crs.text().to_owned());
    let context = Context::new().ok_or_else(unreadable)?;
    let object = context.crs(crs).ok_or_else(unreadable)?;
    object
        .wkt(sys::PJ_WKT_TYPE_PJ_WKT1_GDAL)
        .or_else(|| object.wkt(sys::PJ_WKT_TYPE_PJ_WKT2_2019))
        .ok_or_else(unreadable)
}

/// A conversion, easting or longitude first on both sides.
pub(super) struct Pipeline {
    /// Before the context, so that it is dropped first.
    pj: PipelineObject,
    _context: Context,
}

struct PipelineObject(NonNull<sys::PJ>);

impl Drop for PipelineObject {
    fn drop(&mut self) {
        // SAFETY: owned by us, destroyed once, before its context.
        unsafe { sys::proj_destroy(self.0.as_ptr()) };
    }
}

// SAFETY: a PROJ object and its context may be used by any one thread at a time; a Pipeline owns both and neither is
// shared with another value. It is not Sync.
unsafe impl Send for Pipeline {}

impl Pipeline {
    pub(super) fn new(from: &CrsDef, to: &CrsDef) -> Result<Pipeline, CrsError> {
        let none = || CrsError::NoOperation { from: from.text().to_owned(), to: to.text().to_owned() };
        let context = Context::new().ok_or_else(none)?;
        let pj = {
            let a = context.crs(from).ok_or_else(|| CrsError::Unreadable(from.text().to_owned()))?;
            let b = context.crs(to).ok_or_else(|| CrsError::Unreadable(to.text().to_owned()))?;
            // SAFETY: all objects are alive and of one context; no area and no options are given.
            let raw = unsafe {
                let ctx = context.0.as_ptr();
                sys::proj_create_crs_to_crs_from_pj(ctx, a.pj.as_ptr(), b.pj.as_ptr(), null_mut(), null())
            };
            let raw = context.own(raw).ok_or_else(none)?;
            // SAFETY: context and object are alive; the result is a new object.
            let normal = unsafe { sys::proj_normalize_for_visualization(context.0.as_ptr(), raw.pj.as_ptr()) };
            PipelineObject(NonNull::new(normal).ok_or_else(none)?)
        };
        Ok(Pipeline { pj, _context: context })
    }

    /// Converts in place; a coordinate that cannot be converted becomes infinite.
    pub(super) fn convert(&self, xy: &mut [[f64; 2]]) {
        let (n, stride) = (xy.len(), size_of::<[f64; 2]>());
        if n == 0 {
            return;
        }
        let x = xy.as_mut_ptr().cast::<f64>();
        // SAFETY: the object is alive; x and y walk over exactly the n pairs of the slice, which we hold exclusively;
        // no heights and no times are given.
        unsafe {
            let y = x.add(1);
            let (none, fwd) = (null_mut(), sys::PJ_DIRECTION_PJ_FWD);
            sys::proj_trans_generic(self.pj.0.as_ptr(), fwd, x, stride, n, y, stride, n, none, 0, 0, none, 0, 0);
        }
    }
}
