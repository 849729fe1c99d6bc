"""Words of headers in the languages of Europe, and what the rules call them.

Letters are compared without their accents. A word that means something else in English headers is
left out.
"""

from __future__ import annotations

import re
import unicodedata

_WORDS: dict[str, str] = {
    "age": "age alter edad eta ika vanus alder idade leeftijd wiek starost",
    "sex": "geschlecht geschl sexe sexo sesso sukupuoli sugu kjonn geslacht plec spol kon",
    "women": "frauen weiblich femmes mujeres donne mulheres vrouwen kvinnor kvinner kvinder naiset"
             " naised kobiety zenske zeny sievietes moterys nok",
    "men": "manner mannlich hommes hombres uomini homens mannen man menn maend mehed miehet"
           " mezczyzni moski muzi virieisi vyrai ferfiak",
    "n": "anzahl effectif effectifs numero lukumaara antal antall aantal liczba stevilo pocet"
         " nombre_total frekvens haufigkeit fallzahl personer henkiloita inimesi",
    "total": "gesamt insgesamt totale yhteensa kokku totalt razem skupaj summe ensemble",
    "mean": "media mittelwert mittel moyenne moyen promedio media_aritmetica keskiarvo keskmine"
            " medelvarde"
            " gjennomsnitt gennemsnit gemiddelde srednia povprecje prumer",
    "sd": "standardabweichung ecart_type ecarttype desviacion desv_tip desv_tipica"
          " desv_est desviacion_estandar desviacion_tipica"
          " deviazione deviazione_standard desvio_padrao keskihajonta standardhalve"
          " standardavvikelse standardavvik standardafvigelse standaarddeviatie odchylenie",
    "median": "mediane mediana mediaan mediaani",
    "percent": "prozent anteil pourcentage porcentaje percentuale percentagem porcentagem prosentti"
               " prosenttia osuus osakaal andel prosent procent odsetek delez podil",
    "lower": "lim_inf limite_inferior limite_inferieure unten untere untergrenze inferieur"
             " inferieure inferior inferiore alaraja alampiir"
             " undre nedre borne_inf",
    "upper": "lim_sup limite_superior limite_superieure oben obere obergrenze superieur superieure"
             " superior superiore ylaraja ulempiir ovre"
             " borne_sup",
    "cases": "falle cas casos casi tapaukset juhud fall przypadki primeri",
    "incident_cases": "nye_tilfeller nye_tilfaelde nya_fall neue_falle nouveaux_cas casos_nuevos"
                      " nuevos_casos nuovi_casi novos_casos nieuwe_gevallen",
    "person_years": "personaar personar personenjahre personnes_annees persona_anos personas_ano"
                    " henkilovuodet henkilovuosia inimaastad anni_persona pessoas_ano"
                    " persoonsjaren",
    "controls": "kontrollen temoins controles controlli kontroller verrokit kontrollid kontrole",
    "carriers": "trager porteurs portadores portatori kantajat kandjad barare baerere nosilci",
    "patients": "patienten pacientes pazienti potilaat potilaita patsiendid patienter pasienter"
                " pacjenci bolniki",
    "prevalence": "pravalenz prevalencia prevalenza prevalensi esinevyys levimus prevalens"
                  " prevalentie chorobowosc",
    "incidence": "inzidenz incidencia incidenza ilmaantuvuus esinemissagedus incidens insidens"
                 " zapadalnosc",
    "rate": "rate_brute taux tasa tasso",
    "std_error": "standardfehler erreur_standard error_tipico error_estandar errore_standard"
                 " erro_padrao keskivirhe standardviga medelfel standardfeil standaardfout",
    "sum_sq": "suma_de_cuadrados quadratsumme somme_des_carres somma_dei_quadrati"
              " soma_dos_quadrados kwadratsom neliosumma ruutude_summa kvadratsumma kvadratsum",
    "mean_sq": "media_cuadratica mittel_der_quadrate mittlere_quadratsumme moyenne_des_carres"
               " carre_moyen media_dei_quadrati keskinelio medelkvadrat",
    "df": "gl ddl freiheitsgrade grados_de_libertad degres_de_liberte gradi_di_liberta"
          " vapausasteet vabadusastmed frihetsgrader",
    "ci": "ki konfidenzintervall intervalle_de_confiance intervalo_de_confianza",
    "p_value": "p_wert valeur_p valor_p p_arvo p_vaartus p_varde p_verdi p_waarde",
    "population": "bevolkerung einwohner poblacion popolazione vaesto rahvastik"
                  " befolkning bevolking",
    "participants": "teilnehmende teilnehmer participantes partecipanti osallistujat osalejad"
                    " deltagare"
                    " deltakere deltagere uczestnicy",
    "deaths": "todesfalle deces muertes decessi kuolemat surmad dodsfall dodsfald zgony obitos",
    "events": "ereignisse evenements eventi tapahtumat sundmused handelser hendelser haendelser"
              " gebeurtenissen zdarzenia dogodki",
    "rate_per": "rate_je rate_pro raten_je raten_pro inzidenz_je inzidenz_pro taux_pour taux_par"
                " tasa_por tasso_per taxa_por",
    "py": "pj",
    "families": "familien familles familias famiglie perheet pered familjer",
    "bmi": "imc kmi",
    "height": "korpergrosse taille altura statura pituus pikkus",
    "weight": "korpergewicht poids paino",
    "diagnosis": "diagnose diagnostic diagnostico diagnosi diagnoosi diagnoos diagnos",
    "frequency": "frequence frecuencia frequenza frequencia sagedus",
    "year": "jahr annee aar ano anno vuosi aasta leto",
    "postcode": "plz postleitzahl code_postal codigo_postal postinumero postnummer sihtnumber",
    "county": "landkreis maakond maakunta lan fylke",
    "date_of_birth": "geburtsdatum geburtstag date_de_naissance fecha_nacimiento"
                     " fecha_de_nacimiento data_di_nascita syntymaaika sunniaeg fodelsedatum"
                     " fodselsdato data_urodzenia",
    "last_name": "nachname familienname nom_de_famille apellido apellidos cognome sukunimi",
}  # fmt: skip
_MEANT = {word: meant for meant, words in _WORDS.items() for word in words.split()}
# "moški" is plain English without its accent; so are these whose accent alone tells them apart.
_ACCENTED = {"man": "män", "kon": "kön", "ano": "año", "eta": "età", "lan": "län"}


# What is measured, by names that all languages share or that are in English by now.
_MEASURED = (
    r"age|height|weight|bmi|ldl(_c)?|hdl(_c)?|cholesterol|colesterol\w*|trigl\w*|tg|gl[uy][ck]\w{2,4}|hba1c|sbp|dbp|pas|pad|crp|pcr|egfr|tfg|tsh|psa|apo_?[ab]\d?"
    r"|creatin\w*|hb|h(a)?emoglobin\w*|insulin\w*|fev1|fvc|ferritin\w*|urat\w*|prs|score"
)
# "desviación estándar", "desvio padrão", "deviazione standard", "écart type", "keskihajonta".
_SPREAD = re.compile(
    rf"(?P<first>de|dp|ds|et|kh)_(?P<of>(\w{{1,12}}_)?({_MEASURED}))|(?P<measure>{_MEASURED})_(de|dp|ds|et|kh)"
)


# Names that programs have for something else: p-values of a joint model, no person-years.
_OF_PROGRAMS = {"pj"}


def in_english(name: str) -> str:
    """Return a plain name with the words that are known in English."""
    if name in _OF_PROGRAMS:
        return name
    words = name.split("_")
    bare = [_without_accents(word) for word in words]
    found: list[str] = []
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            meant = _meant(words[at : at + length], bare[at : at + length])
            if meant is not None and at + length <= len(words):
                found.append(meant)
                at += length
                break
        else:
            found.append(words[at])
            at += 1
    return _with_spread("_".join(found))


def _with_spread(name: str) -> str:
    """Return a name whose two letters for a deviation, beside a measure, are read as such."""
    found = _SPREAD.fullmatch(name)
    if found is None:
        return name
    return f"sd_{found['of']}" if found["first"] else f"{found['measure']}_sd"


def _folded(word: str) -> str:
    """Return a word without the second letter for a letter with dots, as in "Faelle"."""
    return re.sub("ae|oe|ue", lambda found: found.group()[0], word)


def _meant(words: list[str], bare: list[str]) -> str | None:
    joined = "_".join(bare)
    accented = _ACCENTED.get(joined)
    if accented is not None and "_".join(words) != accented:
        return None
    return _MEANT.get(joined) or _MEANT.get(_folded(joined))


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    folded = word.translate(_FOLDED)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


_FOLDED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "œ": "oe"})
