import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { REPORT_STATUSES } from '../../analysis/report-state.ts';
import {
  createReport,
  listReports,
  type Report,
  type ReportFields,
  readReport,
} from '../../analysis/reports.ts';
import { countryCodeOf } from '../../contract/countries.ts';
import { ApiError } from '../../contract/errors.ts';
import { isPlaceName, type Region } from '../../contract/region.ts';
import type { SurfaceName } from '../../contract/surface-name.ts';
import { firstLook } from '../../measure/sequential.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { availableSurfaces, type CatalogEntry, type SurfaceCatalog } from '../surface-catalog.ts';
import { foundBrand, isUuid } from './brand-routes.ts';
import { languageName } from './brand-wire.ts';
import { listAsked, listOf, listQuerySchema, presentList } from './list-query.ts';
import { DEFAULT_PLATFORMS, PLATFORM_NAMES, surfaceOfPlatform } from './platforms.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { readDetail } from './read-detail.ts';
import { type Fault, reportErrorSchema, validationError } from './report-errors.ts';
import { presentReport, reportBodySchema, reportDetailSchema, reportSchema } from './report-wire.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Reports'];
const params = z.object({ report_id: z.string() });
/** No report here is of a batch or a schedule: none has the one asked for. */
const unserved = z.string().optional().describe('No report here has one: the list is empty then.');
const MOST_REPLICATES = 10;
/** Replicates of a report that looks whether it is exact enough. */
const FEWEST_LOOKED_AT = 3;
const LATEST_FIRST_LOOK = 8;
const MOST_LOOKED_AT = 20;

/** A report of the caller's; NOT_FOUND for another's as for none. */
export async function foundReport(context: ApiContext, request: FastifyRequest, id: string): Promise<Report> {
  const { accountId } = callerOf(request);
  const report = isUuid(id) ? await readReport(context.db, accountId, id) : undefined;
  if (report === undefined) throw new ApiError('NOT_FOUND', 'no such report');
  return report;
}

/** Reports: a draft, their list, and all that was found. */
export function reportRoutes(app: App, context: ApiContext): void {
  app.post(
    '/v1/reports',
    {
      schema: {
        ...{
          tags,
          summary: 'Create a draft of a report',
          body: reportBodySchema,
          headers: onceHeadersSchema,
        },
        response: { 201: reportSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { fields, warnings } = checkedReport(request.body, context.catalog);
      await foundBrand(context, request, fields.brandId);
      const { accountId } = callerOf(request);
      const created = await answeredOnce(context, request, reply, reportSchema, async (sql) =>
        presentReport(await createReport(sql, accountId, fields, context.clock.now()), warnings),
      );
      reply.code(201);
      return created;
    },
  );
  app.get(
    '/v1/reports/:report_id',
    {
      schema: {
        ...{ tags, params, summary: 'A report with all that was found' },
        response: { 200: reportDetailSchema, ...errors },
      },
    },
    async (request) => {
      const report = await foundReport(context, request, request.params.report_id);
      return readDetail(context.db, report);
    },
  );
  listRoute(app, context);
}

function listRoute(app: App, context: ApiContext): void {
  app.get(
    '/v1/reports',
    {
      schema: {
        ...{ tags, summary: 'Reports, the newest first' },
        querystring: listQuerySchema.extend({
          brand_id: z.string().optional(),
          status: z
            .string()
            .meta({ enum: [...REPORT_STATUSES] })
            .optional(),
          search: z.string().optional().describe('A part of the name, whatever its case.'),
          batch_id: unserved,
          scheduled_report_id: unserved,
        }),
        response: { 200: listOf(reportSchema), ...errors },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const { brand_id: brandId, status } = request.query;
      const known = z.enum(REPORT_STATUSES).optional().safeParse(status);
      if (!known.success) {
        const msg = `status is one of ${REPORT_STATUSES.join(', ')}, not '${status}'`;
        throw validationError([{ loc: ['query', 'status'], msg, type: 'enum' }]);
      }
      if (brandId !== undefined) await foundBrand(context, request, brandId);
      const { search, batch_id: batch, scheduled_report_id: schedule, ...query } = request.query;
      const place = listAsked(accountId, query);
      if (batch !== undefined || schedule !== undefined) return presentList(accountId, [], null);
      const { items, next } = await listReports(context.db, accountId, {
        ...place,
        ...{ brandId: brandId ?? null, status: known.data ?? null },
        ...(search ? { search } : {}),
      });
      return presentList(
        accountId,
        items.map((report) => presentReport(report)),
        next,
      );
    },
  );
}

/** A body as a draft. Throws validation_error that names every fault with its place. */
function checkedReport(
  body: z.infer<typeof reportBodySchema>,
  catalog: SurfaceCatalog,
): { fields: ReportFields; warnings: string[] } {
  const faults: Fault[] = [];
  const region = checkedRegion(body, faults);
  const { surfaces, warnings } = checkedPlatforms(body.ai_platforms, region, catalog, faults);
  const { replicates, stopping } = checkedReplicates(body.replicates ?? 1, faults);
  const name = body.name ?? null;
  if (name !== null && (name.trim() === '' || name.length > 200)) {
    const msg = `name has 1 to 200 characters, not ${name.length}`;
    faults.push({ loc: ['body', 'name'], msg, type: 'length' });
  }
  if (faults.length > 0) throw validationError(faults);
  const language = languageName(body.language ?? null);
  return {
    fields: { brandId: body.brand_id, name, surfaces, region, language, replicates, stopping },
    warnings,
  };
}

function checkedReplicates(
  asked: NonNullable<z.infer<typeof reportBodySchema>['replicates']>,
  faults: Fault[],
): Pick<ReportFields, 'replicates' | 'stopping'> {
  const within = (place: string[], value: number, low: number, high: number, whole = true): void => {
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
    const msg = `${place.join('.')} is a ${whole ? 'whole ' : ''}number from ${low} to ${high}, not ${value}`;
    faults.push({ loc: ['body', ...place], msg, type: 'range' });
  };
  if (typeof asked === 'number') {
    within(['replicates'], asked, 1, MOST_REPLICATES);
    return { replicates: asked, stopping: null };
  }
  const { min = FEWEST_LOOKED_AT, max = MOST_LOOKED_AT, until } = asked;
  within(['replicates', 'max'], max, FEWEST_LOOKED_AT, MOST_LOOKED_AT);
  within(['replicates', 'min'], min, FEWEST_LOOKED_AT, Math.min(LATEST_FIRST_LOOK, max));
  within(['replicates', 'until', 'halfWidth'], until.halfWidth, 0.01, 0.5, false);
  return { replicates: firstLook({ min, max }), stopping: { min, max, halfWidth: until.halfWidth } };
}

function checkedPlatforms(
  asked: readonly string[] | undefined,
  region: Region | null,
  catalog: SurfaceCatalog,
  faults: Fault[],
): { surfaces: SurfaceName[]; warnings: string[] } {
  const served = availableSurfaces(catalog.filter(({ regions }) => isCapturedIn(regions, region)));
  const names = asked ?? DEFAULT_PLATFORMS;
  if (names.length === 0) {
    faults.push({
      loc: ['body', 'ai_platforms'],
      msg: 'ai_platforms must name at least one',
      type: 'length',
    });
  }
  const surfaces = names.flatMap((name, index) => {
    const surface = surfaceOfPlatform(name);
    if (surface !== undefined && (served.includes(surface) || asked === undefined)) return [surface];
    const known = PLATFORM_NAMES.filter((own) => served.includes(surfaceOfPlatform(own) ?? 'chatgpt'));
    const where = region === null ? 'here' : `in ${region.country}`;
    const msg = `platform '${name.slice(0, 60)}' is not captured ${where}; captured are ${known.join(', ')}`;
    faults.push({ loc: ['body', 'ai_platforms', index], msg, type: 'enum' });
    return [];
  });
  const once = [...new Set(surfaces)].filter((surface) => served.includes(surface));
  if (asked === undefined && once.length === 0) {
    const msg = 'none of the usual platforms is captured there; name others';
    faults.push({ loc: ['body', 'ai_platforms'], msg, type: 'enum' });
  }
  const doubled = surfaces.length > new Set(surfaces).size;
  return {
    surfaces: once,
    warnings: doubled ? ['two of the platforms are one surface here; it is captured once'] : [],
  };
}

function isCapturedIn(regions: CatalogEntry['regions'], region: Region | null): boolean {
  return regions === 'any' || region === null || regions.includes(region.country);
}

function checkedRegion(body: z.infer<typeof reportBodySchema>, faults: Fault[]): Region | null {
  const { country, location, language } = body;
  if (language && languageName(language) === null) {
    faults.push({
      loc: ['body', 'language'],
      msg: `'${language.slice(0, 60)}' is no language`,
      type: 'value',
    });
  }
  if (!country) {
    if (location) {
      faults.push({ loc: ['body', 'location'], msg: 'location needs a country', type: 'value' });
    }
    return null;
  }
  const code = countryCodeOf(country);
  if (code === undefined) {
    faults.push({ loc: ['body', 'country'], msg: `'${country.slice(0, 60)}' is no country`, type: 'value' });
    return null;
  }
  if (location && !isPlaceName(location)) {
    const msg = 'location has 1 to 60 characters, one of them a letter or digit';
    faults.push({ loc: ['body', 'location'], msg, type: 'value' });
  }
  return location ? { country: code, city: location } : { country: code };
}
