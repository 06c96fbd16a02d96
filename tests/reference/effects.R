# Reference values for tests/reference/test_effects.py: ordinal effects with clusters, rank tests,
# equivalence, partial overlap with weights, the wild bootstrap gone through exactly, largest shares.
#
#   cd tests/reference && Rscript effects.R
#
# reads inputs/*.csv of reference.R, makes inputs/effects_*.csv, writes effects_values.csv (name,value).
# Packages (Debian): r-cran-clubsandwich, r-cran-survey, r-cran-effectsize.
suppressMessages({library(clubSandwich); library(survey); library(effectsize)})
options(digits = 17, survey.lonely.psu = "adjust")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

# --- Inputs ---------------------------------------------------------------------------------
likert <- function(x) pmin(100, pmax(0, round(x / 25) * 25))
set.seed(41120)
make <- function(units, before, after, shift, weighted) {
  unit <- rep(rep(seq_len(units), 2), c(before, after))
  wave <- rep(0:1, c(sum(before), sum(after)))
  level <- rnorm(units, 60, 9); move <- rnorm(units, shift, 6)
  data.frame(unit = sprintf("u%02d", unit), after = wave,
             y = likert(level[unit] + wave * move[unit] + rnorm(length(unit), 0, 20)),
             w = if (weighted) round(runif(length(unit), 0.3, 3), 2) else 1)
}
inputs <- list(
  six = make(6, c(5, 8, 9, 7, 12, 6), c(7, 7, 10, 6, 9, 8), 9, FALSE),
  seven = make(7, c(4, 30, 6, 5, 7, 0, 6), c(5, 26, 7, 6, 3, 6, 8), 7, FALSE),
  eight = make(8, 4:11, 11:4, 8, TRUE)
)
people <- data.frame(unit = sprintf("u%02d", rep(1:8, each = 9)), person = 1:72, w = round(runif(72, 0.4, 2.5), 2))
own <- rnorm(72, 58, 14); move <- rnorm(8, 5, 4)
joined <- rbind(transform(people, after = 0, y = likert(own + rnorm(72, 0, 9))),
                transform(people, after = 1, y = likert(own + move[rep(1:8, each = 9)] + rnorm(72, 0, 9))))
inputs$joined <- joined[runif(144) < 0.7, c("unit", "person", "after", "y", "w")]
for (n in names(inputs)) write.csv(inputs[[n]], paste0("inputs/effects_", n, ".csv"), row.names = FALSE, quote = FALSE)
old <- c("balanced", "unbalanced", "dominating", "weighted", "overlap", "fullpanel", "persons", "share")
all <- c(setNames(lapply(old, function(n) read.csv(paste0("inputs/", n, ".csv"))), old), inputs)

satt <- function(d, formula = z ~ after)
  coef_test(lm(formula, d, weights = w), vcov = "CR2", cluster = d$unit, test = "Satterthwaite")["after", ]

# --- Cliff's delta: effectsize; interval from CR2 on pseudo-values, pair by pair -----------------
for (n in names(all)) {
  d <- all[[n]]; a <- d$after == 1
  sign_of <- sign(outer(d$y[a], d$y[!a], "-"))                 # rows: after, columns: before
  w1 <- d$w[a] / sum(d$w[a]); w0 <- d$w[!a] / sum(d$w[!a])
  delta <- as.numeric(t(w1) %*% sign_of %*% w0)
  if (all(d$w == 1)) {
    stopifnot(abs(delta - cliffs_delta(d$y[a], d$y[!a])$r_rank_biserial) < 1e-12)
    put(paste0(n, ".superiority"), p_superiority(d$y[a], d$y[!a], parametric = FALSE)$p_superiority)
  }
  d$z <- NA; d$z[a] <- sign_of %*% w0; d$z[!a] <- -as.numeric(t(w1) %*% sign_of)
  t <- satt(d)
  put(paste0(n, ".delta"), delta); put(paste0(n, ".delta.se"), t$SE); put(paste0(n, ".delta.df"), t$df_Satt)
  put(paste0(n, ".delta", c(".low", ".high")),
      tanh(atanh(delta) + c(-1, 1) * qt(0.975, t$df_Satt) * t$SE / (1 - delta^2)))
  # Another road to the same error, for a loose comparison: leave one unit out.
  units <- unique(d$unit)
  out <- sapply(units, function(u) { k <- d[d$unit != u, ]; b <- k$after == 1
    sum(outer(k$w[b], k$w[!b]) * sign(outer(k$y[b], k$y[!b], "-"))) / sum(outer(k$w[b], k$w[!b])) })
  if (n != "persons") put(paste0(n, ".delta.jackknife"), sqrt((length(units) - 1) / length(units) * sum((out - mean(out))^2)))
  # One unit's largest share of a wave's weight.
  put(paste0(n, ".largest"), max(prop.table(xtabs(w ~ unit + after, d), 2)))
}
for (n in c("balanced", "unbalanced", "dominating", "weighted")) {  # beskrivelse: strata unit x wave, finite population
  d <- all[[n]]; a <- d$after == 1; d$cell <- paste(d$unit, d$after)
  sign_of <- sign(outer(d$y[a], d$y[!a], "-"))
  w1 <- d$w[a] / sum(d$w[a]); w0 <- d$w[!a] / sum(d$w[!a])
  d$z <- NA; d$z[a] <- sign_of %*% w0; d$z[!a] <- -as.numeric(t(w1) %*% sign_of)
  put(paste0(n, ".delta.finite.se"), SE(svyglm(z ~ after, svydesign(id = ~1, strata = ~cell, weights = ~w, fpc = ~asked, data = d)))[2])
}

# --- Rank tests for independent persons ------------------------------------------------------
for (n in c("persons", "unbalanced", "share")) for (correct in c(TRUE, FALSE)) {
  d <- all[[n]]; t <- wilcox.test(d$y[d$after == 1], d$y[d$after == 0], exact = FALSE, correct = correct)
  tag <- paste0(n, ".mw", if (correct) ".corrected" else "")
  put(paste0(tag, ".W"), t$statistic); put(paste0(tag, ".p"), t$p.value)
  put(paste0(n, ".mw.biserial"), rank_biserial(d$y[d$after == 1], d$y[d$after == 0])$r_rank_biserial)
}
for (n in c("overlap", "fullpanel", "joined")) {
  d <- all[[n]]; d <- merge(d[d$after == 0, ], d[d$after == 1, ], by = "person")
  for (correct in c(TRUE, FALSE)) {
    t <- suppressWarnings(wilcox.test(d$y.y, d$y.x, paired = TRUE, exact = FALSE, correct = correct))
    tag <- paste0(n, ".wx", if (correct) ".corrected" else "")
    put(paste0(tag, ".V"), t$statistic); put(paste0(tag, ".p"), t$p.value)
  }
  put(paste0(n, ".wx.biserial"), rank_biserial(d$y.y, d$y.x, paired = TRUE)$r_rank_biserial)
}

# --- Change with CR2, equivalence at three margins, detectable change ---------------------------
for (n in names(inputs)) {
  d <- all[[n]]; m <- lm(y ~ after, d, weights = w); t <- satt(d, y ~ after); est <- coef(m)[2]
  put(paste0(n, ".change"), est); put(paste0(n, ".se"), t$SE); put(paste0(n, ".df"), t$df_Satt); put(paste0(n, ".p"), t$p_Satt)
  put(paste0(n, ".ci", c(".low", ".high")), est + c(-1, 1) * qt(0.975, t$df_Satt) * t$SE)
  put(paste0(n, ".eq", c(".low", ".high")), est + c(-1, 1) * qt(0.95, t$df_Satt) * t$SE)
  put(paste0(n, ".mdc80"), (qt(0.975, t$df_Satt) + qt(0.8, t$df_Satt)) * t$SE)
  for (delta in c(2.5, 5, 15))
    put(paste0(n, ".tost", delta), max(pt((est + delta) / t$SE, t$df_Satt, lower.tail = FALSE), pt((est - delta) / t$SE, t$df_Satt)))
  for (k in 0:1) put(paste0(n, ".n_eff", k), with(d[d$after == k, ], sum(w)^2 / sum(w^2)))
}

# --- Wild bootstrap, gone through: every combination of signs, a regression each -----------------
t_of <- function(y, d) {               # change over its CR0 error
  X <- cbind(1, d$after); bread <- solve(crossprod(X, d$w * X)); b <- bread %*% crossprod(X, d$w * y)
  score <- rowsum(X * d$w * as.numeric(y - X %*% b), d$unit)
  as.numeric(b[2] / sqrt((bread %*% crossprod(score) %*% bread)[2, 2]))
}
for (n in names(inputs)) {
  d <- all[[n]]; units <- unique(d$unit); mean0 <- weighted.mean(d$y, d$w)
  observed <- abs(t_of(d$y, d))
  signs <- as.matrix(expand.grid(rep(list(c(1, -1)), length(units)))); colnames(signs) <- units
  drawn <- apply(signs, 1, function(v) abs(t_of(mean0 + v[d$unit] * (d$y - mean0), d)))
  put(paste0(n, ".wild.exact"), mean(drawn >= observed * (1 - 1e-9)))
  put(paste0(n, ".wild.combinations"), nrow(signs))
}

values <- unique(values)
values$value <- sprintf("%.17g", values$value)
write.csv(values, "effects_values.csv", row.names = FALSE, quote = FALSE)
for (pkg in c("clubSandwich", "survey", "effectsize")) cat(pkg, as.character(packageVersion(pkg)), "\n")
