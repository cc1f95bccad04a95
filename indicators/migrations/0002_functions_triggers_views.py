"""What the database itself does: functions, the triggers that mark results stale, and the past.

The formulas of `indicators.progress` and its neighbours are functions of the database. They hold no
table name: `indicators.statements` says which rows they are fed with. Each reckons with the 28
digits of the reference, so that both give the same numbers, to the last one stored, and the same
verdict where a pace stands exactly on a threshold.

Going back from here and forth again makes all of it anew and touches no row.
"""

from django.db import migrations

FUNCTIONS = r"""
-- Numbers -----------------------------------------------------------------------------------

-- As the decimal numbers of the reference have it: 28 significant digits, and a tie goes to the
-- even digit.
CREATE FUNCTION imt_round28(x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    exact numeric;
    places integer;
BEGIN
    IF scale(x) <= 10 AND abs(x) < 1e18 THEN
        RETURN x;
    END IF;
    exact := trim_scale(x);
    -- The digits before the point, counted on a whole number: 1e60 moves the point 60 places.
    places := 88 - length(trunc(abs(x) * 1e60)::text);
    IF scale(exact) <= places THEN
        RETURN exact;
    ELSIF scale(exact) = places + 1 AND right(exact::text, 1) = '5'
        AND right(trunc(exact, places)::text, 1) IN ('0', '2', '4', '6', '8') THEN
        RETURN trunc(exact, places);
    END IF;
    RETURN trim_scale(round(exact, places));
END $$;

-- PostgreSQL divides to about 16 digits unless an operand has more after its point.
CREATE FUNCTION imt_quotient(dividend numeric, divisor numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN imt_round28(round(dividend, 90) / divisor);
END $$;

CREATE FUNCTION imt_power(base numeric, exponent numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN imt_round28(power(round(base, 50), round(exponent, 40)));
END $$;

-- A sum that is rounded at each step, in the order given: imt_sum(x ORDER BY …).
CREATE FUNCTION imt_add(total numeric, x numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN imt_round28(total + x);
END $$;
CREATE AGGREGATE imt_sum(numeric) (SFUNC = imt_add, STYPE = numeric, PARALLEL = SAFE);

-- Few rows, where generate_series would be taken for a thousand.
CREATE FUNCTION imt_years(first integer, last integer) RETURNS SETOF integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
AS $$ SELECT generate_series(first, last) $$;

-- What the parts of the schools make: a sum, a mean, a ratio of sums.
CREATE FUNCTION imt_whole(
    aggregation text, scale numeric, parts bigint,
    total numeric, numerators numeric, denominators numeric
) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF aggregation = 'ratio' THEN
        RETURN imt_quotient(imt_round28(numerators * scale), nullif(denominators, 0));
    ELSIF aggregation = 'mean' THEN
        RETURN imt_quotient(total, nullif(parts, 0));
    END IF;
    RETURN total;
END $$;

-- One series against one target ---------------------------------------------------------------

-- T = b × (1 + g / 100); a growth over a baseline of zero or below is no target.
CREATE FUNCTION imt_target_from_growth(baseline numeric, growth_percent numeric)
RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN baseline > 0 THEN imt_round28(baseline * (1 + growth_percent * 0.01)) END;
END $$;

-- E(y) on straight lines from one station to the next.
CREATE FUNCTION imt_between(years integer[], amounts numeric[], wanted integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    before integer;
    after integer;
BEGIN
    FOR i IN 1 .. coalesce(array_length(years, 1), 0) LOOP
        IF years[i] = wanted THEN
            RETURN amounts[i];
        ELSIF years[i] < wanted AND (before IS NULL OR years[i] > years[before]) THEN
            before := i;
        ELSIF years[i] > wanted AND (after IS NULL OR years[i] < years[after]) THEN
            after := i;
        END IF;
    END LOOP;
    IF before IS NULL OR after IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN imt_round28(amounts[before] + imt_quotient(
        imt_round28(imt_round28(amounts[after] - amounts[before]) * (wanted - years[before])),
        years[after] - years[before]
    ));
END $$;

-- E(y), what the trajectory expects of a year. A stated value comes before the two ends.
CREATE FUNCTION imt_expected_value(
    direction text, trajectory text,
    baseline numeric, baseline_year integer, target numeric, target_year integer,
    stated_years integer[], stated_values numeric[], wanted integer
) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    y integer := least(wanted, target_year);
    years integer[] := '{}';
    amounts numeric[] := '{}';
BEGIN
    IF direction = 'keep' OR wanted < baseline_year THEN
        RETURN NULL;
    END IF;
    IF trajectory = 'compound' THEN
        IF baseline IS NULL OR target IS NULL OR baseline <= 0 OR target <= 0 THEN
            RETURN NULL;
        ELSIF y = target_year THEN
            RETURN target;
        END IF;
        RETURN imt_round28(baseline * imt_power(
            imt_quotient(target, baseline),
            imt_quotient(y - baseline_year, target_year - baseline_year)
        ));
    END IF;
    IF trajectory = 'stated' THEN
        FOR i IN 1 .. coalesce(array_length(stated_years, 1), 0) LOOP
            IF stated_years[i] BETWEEN baseline_year AND target_year THEN
                years := years || stated_years[i];
                amounts := amounts || stated_values[i];
            END IF;
        END LOOP;
        IF years = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    IF baseline IS NOT NULL AND baseline_year <> ALL (years) THEN
        years := years || baseline_year;
        amounts := amounts || baseline;
    END IF;
    IF target IS NOT NULL AND target_year <> ALL (years) THEN
        years := years || target_year;
        amounts := amounts || target;
    END IF;
    RETURN imt_between(years, amounts, y);
END $$;

-- How far outside the band; NULL without a band. GREATEST ignores what is NULL.
CREATE FUNCTION imt_distance_to_band(low numeric, high numeric, amount numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF amount IS NULL OR (low IS NULL AND high IS NULL) THEN
        RETURN NULL;
    END IF;
    RETURN imt_round28(greatest(low - amount, amount - high, 0));
END $$;

-- p = (a − b) / (T − b); a baseline that meets the target already: 1 or 0; a band: how well kept.
CREATE FUNCTION imt_progress(
    direction text, baseline numeric, target numeric,
    low numeric, high numeric, tolerance numeric, amount numeric
) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    distance numeric;
BEGIN
    IF direction = 'keep' THEN
        distance := imt_distance_to_band(low, high, amount);
        IF distance = 0 THEN
            RETURN 1;
        END IF;
        RETURN CASE WHEN distance IS NULL OR tolerance IS NULL THEN NULL
            WHEN tolerance > 0
            THEN greatest(imt_round28(1 - imt_quotient(distance, tolerance)), 0) ELSE 0 END;
    END IF;
    IF amount IS NULL OR baseline IS NULL OR target IS NULL THEN
        RETURN NULL;
    ELSIF direction = 'decrease' AND baseline <= target THEN
        RETURN (amount <= target)::integer;
    ELSIF direction <> 'decrease' AND baseline >= target THEN
        RETURN (amount >= target)::integer;
    END IF;
    RETURN imt_quotient(imt_round28(amount - baseline), imt_round28(target - baseline));
END $$;

-- r = p / e, from the first year on; none while nothing is expected.
CREATE FUNCTION imt_pace(progress numeric, expected numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN expected > 0 THEN imt_quotient(progress, expected) END;
END $$;

-- a − E(y), or minus the distance to the band: negative is bad.
CREATE FUNCTION imt_gap(
    direction text, low numeric, high numeric, expected numeric, amount numeric
) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN imt_round28(CASE direction
        WHEN 'keep' THEN -imt_distance_to_band(low, high, amount)
        WHEN 'decrease' THEN expected - amount
        ELSE amount - expected END);
END $$;

-- What a promise lacks before its progress can be computed.
CREATE FUNCTION imt_lacking(
    direction text, baseline numeric, target numeric, low numeric, high numeric, tolerance numeric
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN direction <> 'keep' AND baseline IS NULL THEN 'baseline_missing'
        WHEN direction <> 'keep' AND target IS NULL AND baseline <= 0
            THEN 'growth_needs_positive'
        WHEN direction <> 'keep' AND target IS NULL THEN 'target_missing'
        WHEN direction = 'keep' AND low IS NULL AND high IS NULL THEN 'band_missing'
        WHEN direction = 'keep' AND tolerance IS NULL THEN 'tolerance_missing'
    END
$$;

-- The verdict, for a year from the baseline year on. `lacking`: what the promise lacks.
CREATE FUNCTION imt_status(
    lacking text, baseline_year integer, target_year integer, wanted integer,
    progress numeric, expected numeric, pace numeric, on_track numeric, at_risk numeric
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN progress IS NULL AND lacking IS NOT NULL THEN 'not_computable'
        WHEN progress IS NULL AND wanted = baseline_year THEN 'not_started'
        WHEN progress IS NULL THEN 'no_data'
        WHEN progress >= 1 THEN 'achieved'
        WHEN wanted = baseline_year THEN 'not_started'
        WHEN wanted >= target_year THEN 'missed'
        WHEN pace IS NULL AND expected IS NULL THEN 'not_computable'
        WHEN pace IS NULL AND progress >= expected THEN 'on_track'
        WHEN pace IS NULL THEN 'off_track'
        WHEN pace >= on_track THEN 'on_track'
        WHEN pace >= at_risk THEN 'at_risk'
        ELSE 'off_track'
    END
$$;

-- Achieved and missed are said of a full count; until then a verdict is pending.
CREATE FUNCTION imt_until_counted(
    would_be text, is_estimate boolean, is_over boolean, is_waiting boolean
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN would_be = 'no_data' THEN would_be
        WHEN is_waiting THEN 'pending'
        WHEN is_estimate AND would_be IN ('achieved', 'missed')
            THEN CASE WHEN is_over THEN 'pending' ELSE 'on_track' END
        ELSE would_be
    END
$$;

-- (end − start) / years.
CREATE FUNCTION imt_change_per_year(start numeric, "end" numeric, years integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN years > 0 THEN imt_quotient(imt_round28("end" - start), years) END;
END $$;

-- (end / start) ^ (1 / years) − 1, for two numbers above 0.
CREATE FUNCTION imt_change_rate(start numeric, "end" numeric, years integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF years <= 0 OR start <= 0 OR "end" <= 0 THEN
        RETURN NULL;
    ELSIF years = 1 THEN
        RETURN imt_round28(imt_quotient("end", start) - 1);
    END IF;
    RETURN imt_round28(imt_power(imt_quotient("end", start), imt_quotient(1, years)) - 1);
END $$;

-- The forecast -------------------------------------------------------------------------------

-- The angle whose tangent is x, to 40 places: halved four times, then x − x³/3 + x⁵/5 − …
CREATE FUNCTION imt_arctan(tangent numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    x numeric := round(tangent, 44);
    square numeric;
    power numeric;
    total numeric;
    term numeric;
    k integer := 1;
BEGIN
    FOR halving IN 1 .. 4 LOOP
        x := round(x / (1 + sqrt(1 + x * x)), 44);
    END LOOP;
    square := -round(x * x, 44);
    power := x;
    total := x;
    LOOP
        power := round(power * square, 44);
        k := k + 2;
        term := round(power / k, 44);
        EXIT WHEN term = 0;
        total := total + term;
    END LOOP;
    RETURN 16 * total;
END $$;

-- P(X ≤ t) for Student's t: a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4).
CREATE FUNCTION imt_student_cdf(t numeric, freedom integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    half_pi CONSTANT numeric := 1.5707963267948966192313216916397514420986;
    square numeric := round(t * t, 44) + freedom;
    cos2 numeric := round(freedom::numeric, 44) / square;
    sine numeric := round(t, 44) / sqrt(square);
    term numeric := 1;
    total numeric := 1;
    k integer := CASE WHEN freedom % 2 = 0 THEN 2 ELSE 3 END;
BEGIN
    WHILE k < freedom - 1 LOOP
        term := round(term * cos2 * (k - 1) / k, 44);
        total := total + term;
        k := k + 2;
    END LOOP;
    IF freedom % 2 = 0 THEN
        RETURN (1 + round(sine * total, 44)) / 2;
    ELSIF freedom = 1 THEN
        total := 0;
    END IF;
    RETURN (1 + round(
        (imt_arctan(t / sqrt(round(freedom::numeric, 44))) + sine * sqrt(cos2) * total) / half_pi, 44
    )) / 2;
END $$;

-- The t that Student's t stays below nine times out of ten.
CREATE FUNCTION imt_student_quantile(freedom integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    quantiles CONSTANT numeric[] := ARRAY[
        3.077683537175253402570291, 1.885618083164126731735585, 1.637744353696210105458905,
        1.533206274058943910848661, 1.475884048824481078546459, 1.439755747265148411790817,
        1.414923927650508477589854, 1.396815309743864716941074, 1.383028738396632308695436,
        1.372183641110335627219157, 1.363430318020540645015296, 1.356217334023205433796216,
        1.350171288780055055284362, 1.345030374454650607888951, 1.340605607850455563956808,
        1.336757167327314719877153, 1.333379389721626931831633, 1.330390943569909054918564,
        1.327728209026798350530314, 1.325340706985046343099953, 1.323187873865172530451611,
        1.321236741613361616630342, 1.319460239816161969499724, 1.317835933673149634714444,
        1.316345072673870226679779, 1.314971864270516930901859, 1.313702912829273771226680,
        1.312526781592666619965686, 1.311433647301551065299448, 1.310415025391395578223009,
        1.309463549494645505995774, 1.308572793129518931004437, 1.307737124450886273183729,
        1.306951587126429625907955, 1.306211802016034216006699, 1.305513885536249106704563,
        1.304854381497624420764702, 1.304230203890502333521294, 1.303638588621274126930056,
        1.303077052607194646670364, 1.302543358953382503644416, 1.302035487182516328625822,
        1.301551607682169212673566, 1.301090059688799947005371, 1.300649332250237045913602,
        1.300228047706940527399212, 1.299824947311663022106595, 1.299438878671391343584647,
        1.299068784747749752079097, 1.298713694194809650223473, 1.298372712848371046439388,
        1.298045016209746936353190, 1.297729842791068289286917, 1.297426488209067769349012,
        1.297134299930939019737878, 1.296852672589801742759223, 1.296581043799010952020266,
        1.296318890404419633219641, 1.296065725122052471478045, 1.295821093515730785204561,
        1.295584571275215101204787, 1.295355761760574060723569, 1.295134293782888340927281,
        1.294919819595173174173908, 1.294712013070649985089729, 1.294510568048297430352734,
        1.294315196828032112801689, 1.294125628799965837945344, 1.293941609194006800574094,
        1.293762897937656341038911, 1.293589268611234479529673, 1.293420507490974729424132,
        1.293256412671485795669105, 1.293096793260005157023130, 1.292941468635684658314657,
        1.292790267767866000212715, 1.292643028587937162300282, 1.292499597409920269806126,
        1.292359828395436618665074, 1.292223583059133607531544, 1.292090729811048179957938,
        1.291961143532728100832711, 1.291834705184241216442502, 1.291711301439478323961751,
        1.291590824347401357606707, 1.291473171017108729354920, 1.291358243324786847491451,
        1.291245947640793703272163, 1.291136194575279264582344, 1.291028898740890262351110,
        1.290923978531235571848784, 1.290821355913904334746697, 1.290720956236933611284008,
        1.290622708047716905674251, 1.290526542923430441456395, 1.290432395312131522928395,
        1.290340202383753542155717, 1.290249903890285921682146, 1.290161442034485181198357,
        1.290074761346515969155320, 1.289989808567968830394123, 1.289906532542745154310757,
        1.289824884114339580806141, 1.289744816029086504939269, 1.289666282844970548276108,
        1.289589240845631253162900, 1.289513647959220072505032, 1.289439463681793211700012,
        1.289366649004947246427721, 1.289295166347425883658555, 1.289224979490445927814305
    ];
BEGIN
    RETURN quantiles[freedom];
END $$;

-- The chance to fall short of a limit this far above; without error certain or excluded.
CREATE FUNCTION imt_chance_below(distance numeric, error numeric, freedom integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF error = 0 THEN
        RETURN (distance > 0)::integer;
    END IF;
    RETURN imt_student_cdf(round(distance, 90) / error, freedom);
END $$;

-- The least-squares line through n points (x, v), read at `wanted`, from the exact sums:
--     D = n·Σx² − (Σx)²   N = n·Σxv − Σx·Σv   V = n·Σv² − (Σv)²   d = n·x* − Σx
--     value (Σv·D + N·d) / (n·D); error² = (V·D − N²) / (n·D) / (n − 2) × (1 + 1/n + d² / (n·D))
-- Without two points nothing. From four on its 80 % interval, and the chance to end between `at_least` and `at_most`.
CREATE FUNCTION imt_forecast(
    n bigint, sum_x numeric, sum_v numeric, sum_xx numeric, sum_xv numeric, sum_vv numeric,
    wanted integer, at_least numeric, at_most numeric,
    OUT forecast numeric, OUT low numeric, OUT high numeric, OUT probability numeric
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    spread numeric;
    lean numeric;
    away numeric;
    scatter numeric;
    freedom integer := n - 2;
    line numeric;
    error numeric;
    reach numeric;
BEGIN
    IF n < 2 THEN
        RETURN;
    END IF;
    spread := n * sum_xx - sum_x * sum_x;
    lean := n * sum_xv - sum_x * sum_v;
    away := n * wanted - sum_x;
    line := round(sum_v * spread + lean * away, 90) / (n * spread);
    forecast := imt_round28(line);
    IF n < 4 THEN
        RETURN;
    END IF;
    scatter := n * sum_vv - sum_v * sum_v;
    error := sqrt(round(
        round(scatter * spread - lean * lean, 120) * (spread * (n + 1) + away * away)
        / (n * n * spread * spread * freedom), 120
    ));
    reach := imt_student_quantile(freedom) * error;
    low := imt_round28(line - reach);
    high := imt_round28(line + reach);
    IF at_least IS NOT NULL OR at_most IS NOT NULL THEN
        probability := 1 - coalesce(imt_chance_below(at_least - line, error, freedom), 0)
            - coalesce(imt_chance_below(line - at_most, error, freedom), 0);
    END IF;
END $$;

-- Means of items -----------------------------------------------------------------------------

-- The verdict on a mean of items. `final`: it is the last year.
CREATE FUNCTION imt_roll_up_status(
    progress numeric, pace numeric, coverage numeric, on_track numeric, at_risk numeric,
    final boolean
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN progress IS NULL OR coverage IS NULL OR coverage < 0.5 THEN 'no_data'
        WHEN progress >= 1 THEN 'achieved'
        WHEN final THEN 'missed'
        WHEN pace IS NULL AND progress > 0 THEN 'on_track'
        WHEN pace IS NULL THEN 'not_started'
        WHEN pace >= on_track THEN 'on_track'
        WHEN pace >= at_risk THEN 'at_risk'
        ELSE 'off_track'
    END
$$;
"""

# --- Stale marks ----------------------------------------------------------------------------------

FIGURES = """
    SELECT indicator_id,
           CASE WHEN min(year) = max(year) AND min(school_id) = max(school_id)
               AND count(school_id) = count(*) THEN min(school_id) END,
           CASE WHEN min(year) = max(year) THEN min(year) END,
           false
    FROM rows WHERE status <> 'draft' GROUP BY indicator_id
"""
WHOLE_INDICATOR = "SELECT DISTINCT {column}, NULL::bigint, NULL::smallint, false FROM rows"
OF_THE_TARGET = """
    SELECT DISTINCT target.indicator_id, NULL::bigint, NULL::smallint, false
    FROM rows LEFT JOIN indicators_target AS target ON target.id = rows.target_id
"""
EVERYTHING = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, false FROM rows"
ROLL_UPS = "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::smallint, true FROM rows"

STALE = {
    "indicators_figure": FIGURES,
    "indicators_target": WHOLE_INDICATOR.format(column="indicator_id"),
    "indicators_indicator": WHOLE_INDICATOR.format(column="id"),
    "indicators_trajectorypoint": OF_THE_TARGET,
    "indicators_indicatorlink": ROLL_UPS,
    "projects_flagshipproject": ROLL_UPS,
    "projects_serves": ROLL_UPS,
    "projects_milestone": ROLL_UPS,
    "levers_lever": ROLL_UPS,
    "objectives_objective": ROLL_UPS,
    "objectives_strategicplan": EVERYTHING,
    "accounts_school": EVERYTHING,
}

# What an operation touched: its transition tables, and their rows.
OPERATIONS = {
    "INSERT": ("NEW TABLE AS touched", "SELECT * FROM touched"),
    "UPDATE": (
        "OLD TABLE AS before NEW TABLE AS touched",
        "SELECT * FROM touched UNION ALL SELECT * FROM before",
    ),
    "DELETE": ("OLD TABLE AS touched", "SELECT * FROM touched"),
}
COLUMNS = "indicator_id, school_id, year, only_roll_ups"


def mark_stale(table, operation):
    name = f"mark_stale_{table}_{operation.lower()}"
    transition_tables, rows = OPERATIONS[operation]
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO indicators_stalemark ({COLUMNS}, reason, marked_at)
            SELECT stale.*, '{table} {operation.lower()}', clock_timestamp()
            FROM (WITH rows AS ({rows}) {STALE[table]}) AS stale;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {operation} ON {table}
        REFERENCING {transition_tables}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """


# --- The past -------------------------------------------------------------------------------------

# The versioned tables, and the columns that their views show.
PAST = {
    "accounts_school": (
        "id code name former_name kind sites region first_year last_year merged_into_id rank"
    ),
    "objectives_strategicplan": (
        "id code name_fr name_en baseline_year first_year last_year validated_on presented_on "
        "on_track_from at_risk_from supersedes_id"
    ),
    "objectives_objective": "id plan_id code title_fr title_en weight rank archived_at",
    "levers_lever": "id plan_id code title_fr title_en weight rank archived_at kind",
    "projects_flagshipproject": (
        "id plan_id code title_fr title_en weight rank archived_at description_fr "
        "description_en leader lead_school_id source"
    ),
    "projects_serves": "id project_id objective_id lever_id weight inferred",
    "projects_milestone": "id project_id title_fr title_en due_on done_on weight is_demo",
    "projects_statusreport": "id project_id status sentence reported_on reported_by_id is_demo",
    "indicators_indicator": (
        "id code name_fr name_en definition_fr definition_en counted_on_fr counted_on_en "
        "left_out_fr left_out_en contact_fr contact_en is_proposed theme unit_fr unit_en "
        "decimals aggregation direction accumulation year_kind scale numerator_fr numerator_en "
        "denominator_fr denominator_en minimum maximum band_low band_high tolerance "
        "change_limit part_of_id parts_complete is_headline source rank archived_at"
    ),
    "indicators_indicatorlink": "id indicator_id objective_id lever_id project_id weight inferred",
    "indicators_target": (
        "id plan_id indicator_id school_id code year value growth_percent baseline_year "
        "baseline_value baseline_source trajectory is_reference perimeter_fr perimeter_en "
        "source sureness archived_at"
    ),
    "indicators_trajectorypoint": "id target_id year value",
    "indicators_figure": (
        "id indicator_id school_id year state value numerator denominator reason explanation "
        "confirmed status origin source version entered_by_id entered_at"
    ),
    "campaigns_campaign": "id plan_id year opens_at closes_at entered_by is_demo",
    "campaigns_extension": "id campaign_id school_id closes_at reason given_by_id given_at",
    "campaigns_submission": (
        "id campaign_id school_id state submitted_at submitted_by_id decided_at decided_by_id "
        "comment looked_at looked_by_id"
    ),
}

PAST_FUNCTIONS = """
    CREATE SCHEMA past;

    -- The versions of a row follow each other in time as they were written.
    CREATE FUNCTION imt_versions_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before timestamptz;
    BEGIN
        EXECUTE 'SELECT max(pgh_created_at) FROM ' || TG_RELID::regclass
            || ' WHERE pgh_obj_id = $1' INTO before USING NEW.pgh_obj_id;
        NEW.pgh_created_at := greatest(NEW.pgh_created_at, before);
        RETURN NEW;
    END $$;

    -- Of a copy of a view: a read-only transaction still lets temporary tables be written.
    CREATE FUNCTION imt_the_past_is_read_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE read_only_sql_transaction USING MESSAGE = 'the past cannot be written';
    END $$;
"""


def view_of_the_past(table, columns):
    names = ", ".join(f'"{column}"' for column in columns.split())
    event = f'"{table}event"'
    return f"""
        CREATE INDEX "{table}_version_then" ON {event} (pgh_obj_id, pgh_created_at, pgh_id);
        CREATE TRIGGER imt_versions_in_order BEFORE INSERT ON {event}
        FOR EACH ROW EXECUTE FUNCTION imt_versions_in_order();
        CREATE VIEW past."{table}" AS
        WITH RECURSIVE known(pgh_obj_id) AS (
            SELECT min(pgh_obj_id) FROM {event}
            UNION ALL
            SELECT (SELECT min(e.pgh_obj_id) FROM {event} AS e WHERE e.pgh_obj_id > k.pgh_obj_id)
            FROM known AS k WHERE k.pgh_obj_id IS NOT NULL
        )
        SELECT {names} FROM known CROSS JOIN LATERAL (
            SELECT {names}, pgh_label FROM {event} AS e
            WHERE e.pgh_obj_id = known.pgh_obj_id
            AND e.pgh_created_at <= current_setting('imtplan.as_of')::timestamptz
            ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
        ) AS latest
        WHERE pgh_label <> 'delete';
    """


# --- The way back ---------------------------------------------------------------------------------

# A function takes its triggers with it.
DROP_FUNCTIONS = """
DO $$
DECLARE
    routine regprocedure;
BEGIN
    DROP AGGREGATE imt_sum(numeric);
    FOR routine IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        AND (starts_with(proname, 'imt_') OR starts_with(proname, 'mark_stale_'))
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', routine);
    END LOOP;
END $$;
"""
DROP_PAST = "DROP SCHEMA past CASCADE;" + "".join(
    f'DROP INDEX "{table}_version_then";' for table in PAST
)


class Migration(migrations.Migration):
    replaces = [
        ("indicators", "0002_stale_triggers"),
        ("indicators", "0003_collection"),
        ("indicators", "0004_archive_and_ranges"),
        ("indicators", "0005_set_based_recompute"),
        ("indicators", "0006_two_clocks"),
        ("indicators", "0007_integrity"),
        ("indicators", "0008_lead_school_in_the_past"),
        ("indicators", "0009_same_as_last_year"),
        ("indicators", "0010_definitions"),
        ("indicators", "0011_growth_needs_a_baseline"),
        ("indicators", "0012_limits_in_points"),
        ("indicators", "0013_versions_in_order"),
        ("indicators", "0014_pending"),
        ("indicators", "0015_forecast_from_baseline"),
    ]

    dependencies = [
        ("accounts", "0001_initial"),
        ("objectives", "0001_initial"),
        ("levers", "0001_initial"),
        ("projects", "0001_initial"),
        ("indicators", "0001_initial"),
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(
            "".join(mark_stale(table, operation) for table in STALE for operation in OPERATIONS),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            PAST_FUNCTIONS + "".join(view_of_the_past(*item) for item in PAST.items()),
            DROP_PAST,
        ),
    ]
