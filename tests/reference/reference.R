# Reference values for tests/statistics, computed in R from small inputs made here.
#
#   cd tests/reference && Rscript reference.R
#
# writes inputs/*.csv and values.csv (name,value). Packages (Debian): r-cran-clubsandwich,
# r-cran-survey, r-cran-psych, r-cran-effectsize. What is compared and what must differ:
# docs/methods.md, "What is compared with R".
suppressMessages({library(clubSandwich); library(survey); library(psych); library(effectsize)})
options(digits = 17, survey.lonely.psu = "adjust")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

# --- Inputs ---------------------------------------------------------------------------------
likert <- function(x) pmin(100, pmax(0, round(x / 25) * 25))
draw <- function(units, before, after, shift, weighted = FALSE) {
  unit <- rep(rep(seq_len(units), 2), c(before, after))
  wave <- rep(0:1, c(sum(before), sum(after)))
  level <- rnorm(units, 62, 8); move <- rnorm(units, shift, 4)
  y <- likert(level[unit] + wave * move[unit] + rnorm(length(unit), 0, 22))
  data.frame(unit = sprintf("u%02d", unit), after = wave, y = y,
             w = if (weighted) round(runif(length(unit), 0.4, 3), 2) else 1)
}
panel <- function(units, size, full) {
  d <- do.call(rbind, lapply(seq_len(units), function(u) {
    people <- data.frame(unit = sprintf("u%02d", u), person = u * 100 + seq_len(size))
    own <- rnorm(size, rnorm(1, 60, 6), 15); move <- rnorm(1, 5, 3)
    rbind(cbind(people, after = 0, y = own + rnorm(size, 0, 9)),
          cbind(people, after = 1, y = own + move + rnorm(size, 0, 9)))
  }))
  if (!full) d <- d[runif(nrow(d)) < 0.75, ]
  d$y <- likert(d$y); d$w <- 1; d
}
set.seed(20240917)
inputs <- list(
  balanced = draw(8, rep(6, 8), rep(6, 8), 6),
  unbalanced = draw(13, c(2:14), c(9, 3, 12, 1, 7, 15, 4, 4, 10, 0, 6, 8, 5), 5),
  dominating = draw(9, c(40, rep(8, 8)), c(36, rep(9, 8)), 4),
  weighted = draw(11, c(3:13), c(12:2), 5, weighted = TRUE),
  overlap = panel(10, 9, FALSE),
  fullpanel = panel(7, 8, TRUE),
  persons = draw(60, rep(1, 60), rep(1, 60), 8)
)
inputs$persons$unit <- sprintf("p%03d", seq_len(nrow(inputs$persons)))  # nobody twice
inputs$share <- transform(inputs$unbalanced, y = as.numeric(y >= 75))
# People asked: the same in every unit and wave keeps the panel's correction identical over waves.
for (n in names(inputs)) inputs[[n]]$asked <- if (n == "persons") 150 else if (n == "dominating") 60 else 20
for (n in names(inputs)) write.csv(inputs[[n]], paste0("inputs/", n, ".csv"), row.names = FALSE, quote = FALSE)

# --- Change and level: CR2 and Satterthwaite by clubSandwich ----------------------------------
for (n in names(inputs)) {
  d <- inputs[[n]]
  m <- lm(y ~ after, d, weights = w)
  t <- coef_test(m, vcov = "CR2", cluster = d$unit, test = "Satterthwaite")["after", ]
  put(paste0(n, ".before"), coef(m)[1]); put(paste0(n, ".change"), coef(m)[2])
  put(paste0(n, ".se"), t$SE); put(paste0(n, ".df"), t$df_Satt); put(paste0(n, ".p"), t$p_Satt)
  for (l in c(0.90, 0.95)) {
    half <- qt(1 - (1 - l) / 2, t$df_Satt) * t$SE
    put(paste0(n, ".ci", 100 * l, c(".low", ".high")), coef(m)[2] + c(-half, half))
  }
  delta <- if (n == "share") 0.05 else 5
  put(paste0(n, ".tost.p"), max(pt((coef(m)[2] + delta) / t$SE, t$df_Satt, lower.tail = FALSE),
                                pt((coef(m)[2] - delta) / t$SE, t$df_Satt)))
  put(paste0(n, ".mdc80"), (qt(0.975, t$df_Satt) + qt(0.8, t$df_Satt)) * t$SE)

  one <- d[d$after == 1, ]
  m1 <- lm(y ~ 1, one, weights = w)
  t1 <- coef_test(m1, vcov = "CR2", cluster = one$unit, test = "Satterthwaite")[1, ]
  put(paste0(n, ".level.value"), coef(m1)); put(paste0(n, ".level.se"), t1$SE); put(paste0(n, ".level.df"), t1$df_Satt)
  s <- svydesign(id = ~unit, weights = ~w, data = one)
  put(paste0(n, ".level.svymean"), coef(svymean(~y, s))); put(paste0(n, ".level.svymean.se"), SE(svymean(~y, s)))
  put(paste0(n, ".level.sd"), sqrt(as.numeric(svyvar(~y, svydesign(id = ~1, weights = ~w, data = one)))))
  put(paste0(n, ".n_eff_after"), sum(one$w)^2 / sum(one$w^2))
}

# --- Change, beskrivelse: stratified by unit and wave, finite population ----------------------
for (n in c("balanced", "unbalanced", "dominating", "weighted", "share")) {
  d <- inputs[[n]]; d$cell <- paste(d$unit, d$after)
  # Designs of survey keep a single-answer stratum's deviation from the overall mean ("adjust").
  s <- svydesign(id = ~1, strata = ~cell, weights = ~w, fpc = ~asked, data = d)
  put(paste0(n, ".finite.se"), SE(svyglm(y ~ after, s))[2])
}
d <- inputs$fullpanel
put("fullpanel.finite.se", SE(svyglm(y ~ after, svydesign(id = ~person, strata = ~unit, weights = ~w, fpc = ~asked, data = d)))[2])
d <- inputs$persons
put("persons.finite.se", SE(svyglm(y ~ after, svydesign(id = ~1, strata = ~after, weights = ~w, fpc = ~asked, data = d)))[2])

# --- Effect sizes -----------------------------------------------------------------------------
for (n in setdiff(names(inputs), "weighted")) {
  d <- inputs[[n]]; a <- d$y[d$after == 1]; b <- d$y[d$after == 0]
  put(paste0(n, ".hedges_g"), hedges_g(a, b)$Hedges_g)
  # Delta method by hand: gradient of g in (mean, mean square deviation) of each wave.
  n0 <- length(b); n1 <- length(a); f <- n0 + n1 - 2
  s <- sqrt((sum((a - mean(a))^2) + sum((b - mean(b))^2)) / f)
  J <- gamma(f / 2) / (sqrt(f / 2) * gamma((f - 1) / 2)); if (!is.finite(J)) J <- exp(lgamma(f / 2) - lgamma((f - 1) / 2)) / sqrt(f / 2)
  dif <- mean(a) - mean(b)
  d$z <- ifelse(d$after == 1, J * d$y / s - J * dif / (2 * s^3) * (d$y - mean(a))^2 * n1 / f,
                              J * d$y / s + J * dif / (2 * s^3) * (d$y - mean(b))^2 * n0 / f)
  t <- coef_test(lm(z ~ after, d), vcov = "CR2", cluster = d$unit, test = "Satterthwaite")["after", ]
  put(paste0(n, ".hedges_g", c(".low", ".high")), J * dif / s + c(-1, 1) * qt(0.975, t$df_Satt) * t$SE)
}

# --- Holm, alpha, scores ----------------------------------------------------------------------
p <- c(0.031, 0.002, 0.4, 0.011, 0.012, 0.9, 0.002)
for (i in seq_along(p)) { put(paste0("holm.p", i), p[i]); put(paste0("holm.adjusted", i), p.adjust(p, "holm")[i]) }
trait <- rnorm(50, 0, 1)
items <- sapply(1:4, function(i) likert(60 + 15 * trait + rnorm(50, 0, 18)))
items[, 3] <- 100 - items[, 3]
items[cbind(c(3, 9, 9, 20, 31, 31, 31), c(1, 2, 3, 4, 1, 2, 3))] <- NA
colnames(items) <- paste0("i", 1:4)
write.csv(items, "inputs/items.csv", row.names = FALSE, quote = FALSE, na = "")
turned <- items; turned[, 3] <- 100 - turned[, 3]
complete <- na.omit(turned)
a <- psych::alpha(complete, warnings = FALSE)
put("items.alpha", a$total$raw_alpha); put("items.n", nrow(complete))
put("items.alpha.low", 1 - (1 - a$total$raw_alpha) * qf(0.975, nrow(complete) - 1, (nrow(complete) - 1) * 3))
put("items.alpha.high", 1 - (1 - a$total$raw_alpha) * qf(0.025, nrow(complete) - 1, (nrow(complete) - 1) * 3))
score <- rowMeans(turned, na.rm = TRUE); score[rowSums(!is.na(turned)) < 3] <- NA
put("items.score.mean", mean(score, na.rm = TRUE)); put("items.score.n", sum(!is.na(score)))

# --- Second opinion ---------------------------------------------------------------------------
d <- inputs$unbalanced; t <- t.test(y ~ factor(after, 1:0), d)
put("unbalanced.welch.t", t$statistic); put("unbalanced.welch.df", t$parameter); put("unbalanced.welch.p", t$p.value)
d <- merge(subset(inputs$overlap, after == 0), subset(inputs$overlap, after == 1), by = "person")
t <- t.test(d$y.y, d$y.x, paired = TRUE)
put("overlap.paired.t", t$statistic); put("overlap.paired.p", t$p.value); put("overlap.paired.n", nrow(d))

values$value <- sprintf("%.17g", values$value)
write.csv(values, "values.csv", row.names = FALSE, quote = FALSE)
for (pkg in c("clubSandwich", "survey", "psych", "effectsize")) cat(pkg, as.character(packageVersion(pkg)), "\n")
