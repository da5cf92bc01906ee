# Writes the files of this folder with haven, and beside them what haven reads back: expected.csv has every cell,
# labels.csv every label. The values are invented. Run it in this folder: Rscript make.R
library(haven)

id <- c("c01", "c02", "c03", "c04", "c05")
days <- as.Date(c("1582-10-15", "1969-12-31", "2024-02-29", NA, "2031-07-01"))
stamp <- as.POSIXct(c("2024-02-29 12:34:56", "1969-12-31 23:59:59", NA, "2000-01-01 00:00:01", "2024-03-01 06:00:00"), tz = "UTC")
midnight <- as.POSIXct(c("2024-02-29", "1969-12-31", NA, "2000-01-01", "2024-03-01"), tz = "UTC")
real <- c(0.1, -1e10, NA, 1 / 3, 12345678.9)
whole <- c(1, 2, NA, -3, 40000)
note <- c("plain", "", "with \"quotes\", and commas", "  two blanks before", strrep("long ", 60))
sex <- c(1, 2, 1, NA, 2)

spss <- function(accents) {
  data <- data.frame(id = id, stringsAsFactors = FALSE)
  data$real <- real
  data$whole <- whole
  data$note <- if (accents) sub("plain", "Zo\u00eb \u20ac", note) else note
  data$sex <- labelled(sex, c(male = 1, female = 2), label = "Sex at birth")
  data$smokes <- labelled_spss(c(0, 1, 8, 9, 1), c(no = 0, yes = 1, "Not applicable" = 8, refused = 9), na_values = c(8, 9), label = "Smokes")
  data$income <- labelled_spss(c(-99, 1200.5, -1, 0, NA), c(none = 0, unknown = -99), na_range = c(-99, -1), label = "Income")
  data$region <- labelled_spss(c("n", "s", "x", "s", ""), c(North = "n", South = "s", Unknown = "x"), na_values = "x")
  data$days <- days
  data$stamp <- stamp
  data$midnight <- midnight
  attr(data$real, "label") <- "A real number"
  data
}

stata <- function(tags, accents) {
  data <- data.frame(id = id, stringsAsFactors = FALSE)
  data$real <- real
  data$whole <- as.integer(whole)
  data$note <- if (accents) sub("plain", "Zo\u00eb \u20ac", note) else substr(note, 1, 80)
  data$sex <- labelled(as.integer(sex), c(male = 1L, female = 2L), label = "Sex at birth")
  if (tags) {
    values <- c(0, 1, tagged_na("b"), tagged_na("a"), NA)
    data$smokes <- labelled(values, c(no = 0, yes = 1, refused = tagged_na("a"), "Not applicable" = tagged_na("b")), label = "Smokes")
  }
  data$part <- labelled(c(0L, 7L, 3L, NA, 0L), c(none = 0L), label = "Only zero has a label")
  data$days <- days
  if (accents) {
    data$stamp <- stamp
    data$midnight <- midnight
  }
  attr(data$real, "label") <- "A real number"
  data
}

sas <- function() {
  data <- data.frame(id = id, stringsAsFactors = FALSE)
  data$real <- real
  data$whole <- whole
  data$note <- substr(note, 1, 80)
  data$tagged <- c(1.5, tagged_na("A"), tagged_na("Z"), NA, 2)
  data$days <- days
  data$stamp <- stamp
  attr(data$real, "label") <- "A real number"
  attr(data$tagged, "label") <- "Some are absent for a reason"
  data
}

write_sav(spss(TRUE), "plain.sav", compress = "none")
write_sav(spss(TRUE), "bytes.sav", compress = "byte")
write_sav(spss(TRUE), "blocks.zsav", compress = "zsav")
for (version in 8:15) {
  write_dta(stata(TRUE, version >= 14), sprintf("v%02d.dta", version), version = version, label = NULL)
}
write_xpt(sas(), "v5.xpt", version = 5, name = "TRIAL")
write_xpt(sas(), "v8.xpt", version = 8, name = "TRIAL")

text <- function(x) {
  if (inherits(x, "Date")) return(format(x, "%Y-%m-%d"))
  if (is.character(x)) return(unclass(x))
  sprintf("%.17g", as.numeric(x))
}

# Seconds from R's origin to the format's, and ticks in a second.
clock <- list(sav = c(12219379200, 1), zsav = c(12219379200, 1), dta = c(315619200, 1000), xpt = c(315619200, 1))

reason <- function(x, extension) {
  absent <- rep("", length(x))
  if (is.numeric(x) && !inherits(x, c("Date", "POSIXct"))) {
    tag <- na_tag(as.double(unclass(x)))
    letter <- if (extension == "xpt") toupper(tag) else tag
    absent <- ifelse(is.na(tag), absent, paste0(".", letter))
  }
  absent
}

cells <- NULL
labels <- NULL
for (file in sort(list.files(pattern = "\\.(sav|zsav|dta|xpt)$"))) {
  extension <- sub(".*\\.", "", file)
  data <- switch(extension, dta = read_dta(file), xpt = read_xpt(file), read_sav(file, user_na = TRUE))
  for (name in names(data)) {
    x <- data[[name]]
    declared <- if (inherits(x, "haven_labelled_spss")) is.na(zap_missing(x)) & !is.na(unclass(x)) else rep(FALSE, length(x))
    if (inherits(x, "POSIXct")) {
      origin <- clock[[extension]]
      ticks <- (as.numeric(x) + origin[1]) * origin[2]
      whole_days <- all((as.numeric(x) %% 86400)[!is.na(x)] == 0)
      shown <- if (whole_days) format(as.Date(x), "%Y-%m-%d") else sprintf("%.17g", ticks)
    } else {
      shown <- text(x)
    }
    gone <- is.na(x) | declared
    if (is.character(x)) gone <- gone | x == ""
    why <- ifelse(declared, text(x), reason(x, extension))
    cells <- rbind(cells, data.frame(file, column = name, row = seq_along(x), state = ifelse(gone, "absent", "value"),
                                     text = ifelse(gone, why, shown)))
    label <- attr(x, "label", exact = TRUE)
    if (!is.null(label)) labels <- rbind(labels, data.frame(file, column = name, what = "variable", code = "", text = label))
    values <- attr(x, "labels", exact = TRUE)
    if (!is.null(values)) {
      tag <- if (is.numeric(values)) na_tag(as.double(values)) else rep(NA, length(values))
      code <- ifelse(is.na(tag), text(unname(values)), paste0(".", tag))
      labels <- rbind(labels, data.frame(file, column = name, what = "value", code, text = names(values)))
    }
  }
}
write.csv(cells, "expected.csv", row.names = FALSE)
write.csv(labels, "labels.csv", row.names = FALSE)
cat(R.version.string, "haven", as.character(packageVersion("haven")), "\n")
